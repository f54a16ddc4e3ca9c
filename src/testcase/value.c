/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Typed values: durations and sizes with their units, numbers, hexadecimal
 * bytes, flags.
 */
#include "testcase/value.h"

#include <string.h>

#include "wire/segment.h"

struct unit {
	const char *name;
	int64_t factor;
};

static const struct unit durations[] = {
	{ "ns", 1 },
	{ "us", 1000 },
	{ "ms", 1000000 },
	{ "s", INT64_C(1000000000) },
	{ "min", INT64_C(60000000000) },
	{ "h", INT64_C(3600000000000) },
	{ NULL, 0 },
};

static const struct unit sizes[] = { { "B", 1 }, { "KiB", 1024 }, { "MiB", 1048576 }, { NULL, 0 } };

#define DURATION_MAX_NS INT64_C(86400000000000)
#define SIZE_MAX_OCTETS (INT64_C(16) << 20)

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const struct unit *find_unit(const struct unit *units, const char *name, size_t len)
{
	for (; units->name; units++)
		if (strlen(units->name) == len && !memcmp(units->name, name, len))
			return units;
	return NULL;
}

/* Digits with at most one point, as thousandths; returns what they took. */
static size_t milli_number(const char *text, size_t len, int64_t *milli)
{
	size_t i = 0;
	int decimals = -1;

	*milli = 0;
	for (; i < len; i++) {
		if (text[i] == '.' && decimals < 0 && i > 0 && i + 1 < len &&
		    is_digit(text[i + 1])) {
			decimals = 0;
			continue;
		}
		if (!is_digit(text[i]) || decimals == 3)
			break;
		if (*milli > INT64_MAX / 100000)
			continue; /* far too large already; only the unit matters now */
		*milli = *milli * 10 + (text[i] - '0');
		decimals += decimals >= 0;
	}
	for (decimals = decimals < 0 ? 0 : decimals; decimals < 3; decimals++)
		*milli *= 10;
	return i;
}

static enum value_error value_with_unit(const char *text, size_t len, const struct unit *units,
					int64_t max, int64_t *out)
{
	const struct unit *unit;
	int64_t milli;
	size_t n = milli_number(text, len, &milli);

	if (n == 0)
		return VALUE_MALFORMED;
	if (n == len)
		return VALUE_NO_UNIT;
	while (n < len && text[n] == ' ')
		n++;
	unit = find_unit(units, text + n, len - n);
	if (!unit)
		return VALUE_BAD_UNIT;
	if (milli / 1000 > max / unit->factor)
		return VALUE_TOO_LARGE;
	*out = milli / 1000 * unit->factor + milli % 1000 * unit->factor / 1000;
	return *out > max ? VALUE_TOO_LARGE : VALUE_OK;
}

enum value_error value_duration(const char *text, size_t len, int64_t *ns)
{
	return value_with_unit(text, len, durations, DURATION_MAX_NS, ns);
}

enum value_error value_size(const char *text, size_t len, uint32_t *octets)
{
	int64_t n = 0;
	enum value_error err = value_with_unit(text, len, sizes, SIZE_MAX_OCTETS, &n);

	*octets = (uint32_t)n;
	return err;
}

static int digit_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

enum value_error value_number(const char *text, size_t len, int64_t *out)
{
	size_t i = 0;
	int base = 10;

	if (len > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'b')) {
		base = text[1] == 'x' ? 16 : 2;
		i = 2;
	}
	if (i == len)
		return VALUE_MALFORMED;
	for (*out = 0; i < len; i++) {
		if (digit_value(text[i]) >= base)
			return VALUE_MALFORMED;
		if (*out < INT64_C(1) << 40)
			*out = *out * base + digit_value(text[i]);
	}
	return *out > UINT32_MAX ? VALUE_TOO_LARGE : VALUE_OK;
}

enum value_error value_bool(const char *text, size_t len, bool *out)
{
	static const char *const words[] = { "no", "yes", "false", "true", "0", "1" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strlen(words[i]) == len && !memcmp(words[i], text, len)) {
			*out = i % 2;
			return VALUE_OK;
		}
	}
	return VALUE_MALFORMED;
}

/* Writes the bytes to @out if it is given; -1 or their number. */
static long hex_bytes(const char *text, size_t len, uint8_t *out)
{
	size_t i = 0;
	long n = 0;

	if (len >= 2 && text[0] == '0' && text[1] == 'x')
		i = 2;
	while (i < len) {
		if (text[i] == ' ' || text[i] == ':') {
			i++;
			continue;
		}
		if (i + 1 >= len || digit_value(text[i]) > 15 || digit_value(text[i + 1]) > 15)
			return -1;
		if (out)
			out[n] = (uint8_t)(digit_value(text[i]) << 4 | digit_value(text[i + 1]));
		n++;
		i += 2;
	}
	return n;
}

enum value_error value_hex(struct arena *arena, const char *text, size_t len, const uint8_t **bytes,
			   size_t *n)
{
	long count = hex_bytes(text, len, NULL);
	uint8_t *out;

	if (count < 0)
		return VALUE_MALFORMED;
	*n = (size_t)count;
	if (arena) {
		out = arena_alloc(arena, *n + 1);
		hex_bytes(text, len, out);
		*bytes = out;
	}
	return VALUE_OK;
}

enum value_error value_flags(const char *text, size_t len, uint16_t *flags, size_t *bad,
			     size_t *bad_len)
{
	size_t i = 0, end, start, stop;
	uint16_t one;

	*flags = 0;
	do {
		for (end = i; end < len && text[end] != '|'; end++)
			;
		for (start = i; start < end && text[start] == ' '; start++)
			;
		for (stop = end; stop > start && text[stop - 1] == ' '; stop--)
			;
		*bad = start;
		*bad_len = stop - start;
		if (stop == start || tcp_flags_parse(text + start, stop - start, &one))
			return VALUE_MALFORMED;
		*flags |= one;
		i = end + 1;
	} while (end < len);
	return VALUE_OK;
}

enum value_error value_kind(const char *text, size_t len, uint8_t *kind)
{
	int64_t n;

	if (len < 6 || memcmp(text, "kind-", 5) || value_number(text + 5, len - 5, &n))
		return VALUE_MALFORMED;
	if (n > 255)
		return VALUE_TOO_LARGE;
	*kind = (uint8_t)n;
	return VALUE_OK;
}
