/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What chance does to a link, as a text: read and written.
 */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "link/impair.h"

#define PERCENT (IMPAIR_MILLION / 100)
#define MAX_DELAY_NS INT64_C(10000000000)
#define MAX_WORD 64

struct config_key {
	const char *name;
	bool (*read)(const char *text, struct impair_config *cfg, size_t offset);
	size_t offset;
	const char *expected;
};

/* "5%" or "0.25%". */
static bool read_share(const char *text, struct impair_config *cfg, size_t offset)
{
	uint32_t *share = (uint32_t *)((char *)cfg + offset);
	uint64_t v = 0, unit = PERCENT;
	const char *p = text;

	for (; *p >= '0' && *p <= '9' && v <= IMPAIR_MILLION; p++)
		v = v * 10 + (uint64_t)(*p - '0') * PERCENT;
	if (p == text)
		return false;
	if (*p == '.')
		for (p++; *p >= '0' && *p <= '9' && unit > 1; p++)
			v += (uint64_t)(*p - '0') * (unit /= 10);
	*share = (uint32_t)v;
	return v <= IMPAIR_MILLION && !strcmp(p, "%");
}

static const struct {
	const char *name;
	int64_t ns;
} units[] = { { "s", 1000000000 }, { "ms", 1000000 }, { "us", 1000 } };
#define N_UNITS (sizeof(units) / sizeof(units[0]))

/* Up to @len characters, such as "20ms". */
static bool read_time(const char *text, size_t len, int64_t *ns)
{
	int64_t v = 0;
	size_t n = 0;

	for (; n < len && text[n] >= '0' && text[n] <= '9' && v < MAX_DELAY_NS; n++)
		v = v * 10 + (text[n] - '0');
	for (size_t i = 0; n && i < N_UNITS; i++) {
		if (strlen(units[i].name) != len - n || memcmp(units[i].name, text + n, len - n))
			continue;
		*ns = v > MAX_DELAY_NS / units[i].ns ? MAX_DELAY_NS + 1 : v * units[i].ns;
		return *ns <= MAX_DELAY_NS;
	}
	return false;
}

/* "20ms" or "20ms..40ms". */
static bool read_delay(const char *text, struct impair_config *cfg, size_t offset)
{
	const char *dots = strstr(text, "..");

	(void)offset;
	if (!read_time(text, dots ? (size_t)(dots - text) : strlen(text), &cfg->delay_ns))
		return false;
	cfg->delay_max_ns = cfg->delay_ns;
	if (!dots)
		return true;
	return read_time(dots + 2, strlen(dots + 2), &cfg->delay_max_ns) &&
		cfg->delay_max_ns >= cfg->delay_ns;
}

static bool read_dir(const char *text, struct impair_config *cfg, size_t offset)
{
	(void)offset;
	cfg->spare_tester = !strcmp(text, "in");
	cfg->spare_target = !strcmp(text, "out");
	return cfg->spare_tester || cfg->spare_target || !strcmp(text, "both");
}

static bool read_seed(const char *text, struct impair_config *cfg, size_t offset)
{
	char *end;

	(void)offset;
	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	cfg->seed = strtoull(text, &end, 0);
	cfg->seed_set = true;
	return !errno && !*end;
}

static const struct config_key keys[] = {
	{ "drop", read_share, offsetof(struct impair_config, drop),
	  "a share from 0% to 100%, such as 5%" },
	{ "dup", read_share, offsetof(struct impair_config, duplicate),
	  "a share from 0% to 100%, such as 2%" },
	{ "reorder", read_share, offsetof(struct impair_config, reorder),
	  "a share from 0% to 100%, such as 10%" },
	{ "delay", read_delay, 0, "a time up to 10s, such as 20ms, or two: 20ms..40ms" },
	{ "dir", read_dir, 0, "in (from the target), out (to it) or both" },
	{ "seed", read_seed, 0, "a number" },
};
#define N_KEYS (sizeof(keys) / sizeof(keys[0]))

static int unknown_key(const char *name, struct diags *ds)
{
	const char *names[N_KEYS];
	const char *near;

	for (size_t i = 0; i < N_KEYS; i++)
		names[i] = keys[i].name;
	near = diag_nearest(name, names, N_KEYS);
	diag_add(ds, DIAG_ERROR, NULL, "--impair: there is nothing called \"%s\"", name);
	if (near)
		diag_add_help(ds, "did you mean \"%s\"?", near);
	else
		diag_add_help(ds, "there are drop, dup, reorder, delay, dir and seed");
	return -EINVAL;
}

/* One "key=value", which ends at a comma. */
static int read_item(const char *text, size_t len, struct impair_config *cfg, struct diags *ds)
{
	char item[MAX_WORD], *value;

	if (len >= sizeof(item))
		len = sizeof(item) - 1;
	memcpy(item, text, len);
	item[len] = '\0';
	value = strchr(item, '=');
	if (value)
		*value++ = '\0';
	for (size_t i = 0; i < N_KEYS; i++) {
		if (strcmp(keys[i].name, item))
			continue;
		if (value && keys[i].read(value, cfg, keys[i].offset))
			return 0;
		diag_add(ds, DIAG_ERROR, NULL, "--impair: \"%s\" of %s is not %s",
			 value ? value : "", item, keys[i].expected);
		return -EINVAL;
	}
	return unknown_key(item, ds);
}

int impair_config_parse(const char *text, struct impair_config *cfg, struct diags *ds)
{
	memset(cfg, 0, sizeof(*cfg));
	for (;; text++) {
		size_t len = strcspn(text, ",");
		int err = read_item(text, len, cfg, ds);

		if (err)
			return err;
		text += len;
		if (!*text)
			break;
	}
	if (cfg->drop || cfg->duplicate || cfg->reorder || cfg->delay_max_ns)
		return 0;
	diag_add(ds, DIAG_ERROR, NULL, "--impair: this impairs nothing");
	diag_add_help(ds, "such as --impair drop=5%%,dup=2%%,reorder=10%%,delay=20ms..40ms");
	return -EINVAL;
}

static void add_share(struct buf *out, const char *name, uint32_t share)
{
	uint32_t rest = share % PERCENT, digit = PERCENT;

	if (!share)
		return;
	buf_printf(out, "%s=%" PRIu32, name, share / PERCENT);
	if (rest)
		buf_addc(out, '.');
	for (; rest; rest %= digit)
		buf_printf(out, "%" PRIu32, rest / (digit /= 10));
	buf_adds(out, "%,");
}

static void add_time(struct buf *out, int64_t ns)
{
	size_t i = 0;

	while (i + 1 < N_UNITS && ns % units[i].ns)
		i++;
	buf_printf(out, "%" PRId64 "%s", ns / units[i].ns, units[i].name);
}

void impair_config_str(const struct impair_config *cfg, struct buf *out)
{
	add_share(out, "drop", cfg->drop);
	add_share(out, "dup", cfg->duplicate);
	add_share(out, "reorder", cfg->reorder);
	if (cfg->delay_max_ns) {
		buf_adds(out, "delay=");
		add_time(out, cfg->delay_ns);
		if (cfg->delay_max_ns != cfg->delay_ns) {
			buf_adds(out, "..");
			add_time(out, cfg->delay_max_ns);
		}
		buf_addc(out, ',');
	}
	if (cfg->spare_tester || cfg->spare_target)
		buf_printf(out, "dir=%s,", cfg->spare_tester ? "in" : "out");
	buf_printf(out, "seed=%" PRIu64, cfg->seed);
}
