/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plain services as a table: see service.h for what each promises.
 */
#include "agent/service.h"

#include <time.h>

/* Characters of a chargen line, and the printing characters it turns through. */
#define LINE_CHARS 72
#define PRINTING 95

static void ignore_open(struct agent_conn *c)
{
	(void)c;
}

static void ignore_data(struct agent_conn *c, const uint8_t *data, size_t len)
{
	(void)c;
	(void)data;
	(void)len;
}

/* echo, RFC 862: agent_conn_close() lets what is unsent go first. */

static void echo_data(struct agent_conn *c, const uint8_t *data, size_t len)
{
	agent_conn_send(c, data, len);
}

/* chargen, RFC 864 */

void agent_chargen_fill(uint8_t *out)
{
	for (unsigned int line = 0; line < PRINTING; line++) {
		for (unsigned int i = 0; i < LINE_CHARS; i++)
			*out++ = (uint8_t)(' ' + (line + i) % PRINTING);
		*out++ = '\r';
		*out++ = '\n';
	}
}

/* Two periods, so that one whole period follows any place in the first. */
static const uint8_t *chargen_pattern(void)
{
	static uint8_t pattern[2 * AGENT_CHARGEN_PERIOD];

	if (!pattern[0]) {
		agent_chargen_fill(pattern);
		agent_chargen_fill(pattern + AGENT_CHARGEN_PERIOD);
	}
	return pattern;
}

static void chargen_writable(struct agent_conn *c)
{
	uint32_t *at = agent_conn_cursor(c);
	size_t n = agent_conn_offer(c, chargen_pattern() + *at,
				    AGENT_CHARGEN_PERIOD);

	*at = (uint32_t)((*at + n) % AGENT_CHARGEN_PERIOD);
}

static void chargen_open(struct agent_conn *c)
{
	agent_conn_want_room(c);
	chargen_writable(c);
}

/* daytime, RFC 867 */

size_t agent_daytime_format(int64_t unix_time, char *out, size_t size)
{
	time_t t = (time_t)unix_time;
	struct tm tm;

	if (!gmtime_r(&t, &tm))
		return 0;
	return strftime(out, size, "%A, %B %d, %Y %H:%M:%S-UTC\r\n", &tm);
}

static void daytime_open(struct agent_conn *c)
{
	char line[80];
	size_t len = agent_daytime_format(time(NULL), line, sizeof(line));

	agent_conn_send(c, (const uint8_t *)line, len);
	agent_conn_finish(c);
}

const struct agent_service agent_services[AGENT_N_SERVICES] = {
	[AGENT_ECHO] = {
		.name = "echo",
		.port = 7,
		.on_open = ignore_open,
		.on_data = echo_data,
		.on_eof = agent_conn_close,
	},
	[AGENT_DISCARD] = {
		.name = "discard",
		.port = 9,
		.on_open = ignore_open,
		.on_data = ignore_data,
		.on_eof = agent_conn_close,
	},
	[AGENT_CHARGEN] = {
		.name = "chargen",
		.port = 19,
		.talkative = true,
		.on_open = chargen_open,
		.on_data = ignore_data,
		.on_eof = agent_conn_close,
		.on_writable = chargen_writable,
	},
	[AGENT_DAYTIME] = {
		.name = "daytime",
		.port = 13,
		.on_open = daytime_open,
		.on_data = ignore_data,
		.on_eof = agent_conn_close,
	},
};
