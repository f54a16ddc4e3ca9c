/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages for the person at the terminal, on standard error: warnings always,
 * more with --verbose.  Results never go through here.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level {
	LOG_ERROR,
	LOG_WARN,
	LOG_INFO,
	LOG_DEBUG
};

/* Shows messages up to @level; LOG_WARN at the start. */
void log_set_level(enum log_level level);
void log_msg(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A bug or no memory: prints and ends the program with exit status 70. */
_Noreturn void log_panic(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
