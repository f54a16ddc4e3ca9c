/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages on standard error.  A message is put together first and written in
 * one go, so that lines of several processes of one run do not mix.
 */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define LOG_LINE_MAX 2048
#define EXIT_INTERNAL 70 /* EX_SOFTWARE: a bug of ours, not of the target */

static enum log_level threshold = LOG_WARN;

static const char *const prefixes[] = {
	[LOG_ERROR] = "error: ",
	[LOG_WARN] = "warning: ",
	[LOG_INFO] = "",
	[LOG_DEBUG] = "debug: ",
};

static void emit(const char *prefix, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

static void emit(const char *prefix, const char *fmt, va_list ap)
{
	char line[LOG_LINE_MAX];

	vsnprintf(line, sizeof(line), fmt, ap);
	fprintf(stderr, "%s: %s%s\n", program_invocation_short_name, prefix, line);
}

void log_set_level(enum log_level level)
{
	threshold = level;
}

void log_msg(enum log_level level, const char *fmt, ...)
{
	va_list ap;
	int saved = errno;

	if (level > threshold)
		return;
	va_start(ap, fmt);
	emit(prefixes[level], fmt, ap);
	va_end(ap);
	errno = saved;
}

void log_panic(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit("internal error: ", fmt, ap);
	va_end(ap);
	exit(EXIT_INTERNAL);
}
