/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lines that `shakedown doctor` prints.
 */
#include "cli/doctor.h"

#include <stdarg.h>

void doctor_say(struct doctor *d, enum doctor_grade grade, const char *remedy, const char *fmt, ...)
{
	static const char *const words[DOCTOR_N] = { "ok  ", "warn", "fail" };
	va_list ap;

	d->n[grade]++;
	fprintf(d->out, "%s  ", words[grade]);
	va_start(ap, fmt);
	vfprintf(d->out, fmt, ap);
	va_end(ap);
	fputc('\n', d->out);
	if (remedy)
		fprintf(d->out, "      help: %s\n", remedy);
	fflush(d->out);
}

void doctor_say_diags(struct doctor *d, const struct diags *ds)
{
	for (size_t i = 0; i < ds->n; i++)
		doctor_say(d, ds->list[i].severity == DIAG_ERROR ? DOCTOR_FAIL : DOCTOR_WARN,
			   ds->list[i].help, "%s", ds->list[i].message);
}

void doctor_sum_up(struct doctor *d)
{
	fprintf(d->out, "\n%zu ok, %zu to mind, %zu wrong\n", d->n[DOCTOR_OK], d->n[DOCTOR_WARN],
		d->n[DOCTOR_FAIL]);
}
