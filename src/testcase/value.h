/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Typed values out of the text of a scalar.  Each function is total: it says
 * what is wrong and where in the text, and leaves the wording to the schema.
 */
#ifndef TESTCASE_VALUE_H
#define TESTCASE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* What came out of reading a value; the order is that of no importance. */
enum value_error {
	VALUE_OK,
	VALUE_MALFORMED, /* not this kind of value at all */
	VALUE_NO_UNIT,	 /* a bare number where a unit is required */
	VALUE_BAD_UNIT,	 /* a number with a unit that does not exist */
	VALUE_TOO_LARGE,
};

/* "200us", "1.5s", "2min": nanoseconds, at most a day. */
enum value_error value_duration(const char *text, size_t len, int64_t *ns);
/* "100B", "2KiB", "1MiB": octets, at most 16 MiB. */
enum value_error value_size(const char *text, size_t len, uint32_t *octets);
/* Decimal, 0x or 0b. */
enum value_error value_number(const char *text, size_t len, int64_t *out);
/* yes, no, true, false, 1, 0. */
enum value_error value_bool(const char *text, size_t len, bool *out);
/*
 * Pairs of hexadecimal digits; blanks and ":" between pairs, a leading 0x are
 * allowed.  The bytes go to @arena if it is given.
 */
enum value_error value_hex(struct arena *arena, const char *text, size_t len,
			   const uint8_t **bytes, size_t *n);
/*
 * "SYN|ACK", "none", "all".  On VALUE_MALFORMED *bad and *bad_len tell the part
 * of the text that is not a flag.
 */
enum value_error value_flags(const char *text, size_t len, uint16_t *flags,
			     size_t *bad, size_t *bad_len);
/* "kind-254": the option kind. */
enum value_error value_kind(const char *text, size_t len, uint8_t *kind);

/* The units, for messages. */
#define VALUE_DURATION_UNITS "ns, us, ms, s, min, h"
#define VALUE_SIZE_UNITS "B, KiB, MiB"

#endif
