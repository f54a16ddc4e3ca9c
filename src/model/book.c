/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looking rows up, and the words in which a table is shown.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#include "model/table.h"

#define NO_ROW 0xff

const char *const model_event_names[] = {
	[EVENT_OPEN_PASSIVE] = "OPEN (passive)",
	[EVENT_OPEN_ACTIVE] = "OPEN (active)",
	[EVENT_SEND] = "SEND",
	[EVENT_RECEIVE] = "RECEIVE",
	[EVENT_CLOSE] = "CLOSE",
	[EVENT_ABORT] = "ABORT",
	[EVENT_STATUS] = "STATUS",
	[EVENT_SEGMENT] = "SEGMENT ARRIVES",
	[EVENT_USER_TIMEOUT] = "USER TIMEOUT",
	[EVENT_RETRANSMISSION_TIMEOUT] = "RETRANSMISSION TIMEOUT",
	[EVENT_TIME_WAIT_TIMEOUT] = "TIME-WAIT TIMEOUT",
	NULL
};

const char *const model_check_names[] = {
	[CHECK_FIRST] = "at once",
	[CHECK_SEQ] = "sequence number",
	[CHECK_RST] = "RST bit",
	[CHECK_SYN] = "SYN bit",
	[CHECK_ACK] = "ACK field",
	[CHECK_URG] = "URG bit",
	[CHECK_TEXT] = "segment text",
	[CHECK_FIN] = "FIN bit",
	NULL
};

const char *const model_cond_names[] = {
	"RST",
	"no RST",
	"SYN",
	"no SYN",
	"ACK",
	"no ACK",
	"FIN",
	"text",
	"outside the window",
	"SEG.SEQ=RCV.NXT",
	"in the window beyond RCV.NXT",
	"SND.UNA<SEG.ACK=<SND.NXT",
	"SEG.ACK=<SND.UNA",
	"SEG.ACK>SND.NXT",
	"SEG.ACK<SND.UNA-MAX.SND.WND",
	"its FIN is acknowledged",
	"SEG.SEQ>RCV.NXT",
	"not SND.UNA<SEG.ACK=<SND.NXT",
	"text that follows on RCV.NXT",
	"timestamps",
	"timestamps older or missing",
	"URG",
	"opened passively",
	"opened actively",
	"data queued",
	"data unread",
	"something unacknowledged",
	"text or FIN beyond a hole",
	"the user reads no more",
	NULL
};
_Static_assert(sizeof(model_cond_names) / sizeof(char *) == MODEL_N_CONDS + 1, "a name each");

const char *const model_answer_names[] = {
	"<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>",
	"<SEQ=SEG.ACK><CTL=RST>",
	"<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>",
	"<SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>",
	"<SEQ=SND.NXT><CTL=RST>",
	"<SEQ=ISS><CTL=SYN>",
	"data",
	"<SEQ=SND.NXT><ACK=RCV.NXT><CTL=FIN,ACK>",
	"the front of the retransmission queue",
	NULL
};
_Static_assert(sizeof(model_answer_names) / sizeof(char *) == MODEL_N_ANSWERS + 1,
	       "a name each");

const char *const model_effect_names[] = {
	"ISS is chosen",
	"RCV.NXT=SEG.SEQ+1",
	"SND.UNA=SEG.ACK",
	"SND.WND=SEG.WND",
	"text is taken",
	"FIN is taken",
	"2 MSL again",
	"the call is queued",
	"retransmission queue is emptied",
	"data to the user",
	NULL
};
_Static_assert(sizeof(model_effect_names) / sizeof(char *) == MODEL_N_EFFECTS + 1,
	       "a name each");

const char *const model_rules_names[] = {
	"rfc9293", "rfc5961", "rfc793", "rfc1122", "rfc1337", "rfc6191", "rfc7323",
	"practice", NULL
};
_Static_assert(sizeof(model_rules_names) / sizeof(char *) == MODEL_N_RULES + 1, "a name each");

const struct model_row *model_row_find(const char *id)
{
	for (size_t i = 0; i < model_table_len; i++) {
		if (strcmp(model_table[i].id, id) == 0)
			return &model_table[i];
	}
	return NULL;
}

/* The bit of the word, or 0. */
static uint32_t rules_word(const char *word, size_t len)
{
	for (unsigned int i = 0; i < MODEL_N_RULES; i++) {
		const char *name = model_rules_names[i];

		if (strlen(name) == len && strncmp(name, word, len) == 0)
			return 1u << i;
	}
	return 0;
}

int model_rules_parse(const char *text, uint32_t *rules, const char **bad, size_t *len)
{
	uint32_t set = 0;

	for (const char *p = text;; p += *len + 1) {
		uint32_t bit;

		*len = strcspn(p, ",");
		bit = rules_word(p, *len);
		if (!bit) {
			*bad = p;
			return -EINVAL;
		}
		set |= bit;
		if (!p[*len])
			break;
	}
	*rules = set;
	return 0;
}

static int index_row(struct model_book *b, uint8_t i)
{
	const struct model_row *row = &b->row[i];
	unsigned int q = model_question(row->event, row->check);

	for (int st = 0; st < TCP_N_STATES; st++) {
		uint8_t *list = b->asked[q][st], n = 0;

		if (!(row->states & 1u << st))
			continue;
		while (list[n] != NO_ROW)
			n++;
		if (n == MODEL_MAX_ASKED)
			return -E2BIG;
		list[n] = i;
	}
	return 0;
}

int model_book_init(struct model_book *b, const struct model_row *row, size_t n,
		    uint32_t rules)
{
	if (n > MODEL_MAX_ROWS)
		return -E2BIG;
	b->row = row;
	b->n_rows = n;
	b->rules = rules;
	memset(b->asked, NO_ROW, sizeof(b->asked));
	for (size_t i = 0; i < n; i++) {
		int rc = index_row(b, (uint8_t)i);

		if (rc)
			return rc;
	}
	return 0;
}

const struct model_book *model_book_of(uint32_t rules)
{
	static struct model_book *kept[RULES_ALL + 1];
	struct model_book **b = &kept[rules ? rules & RULES_ALL : RULES_DEFAULT];

	if (*b)
		return *b;
	*b = malloc(sizeof(**b));
	if (!*b || model_book_init(*b, model_table, model_table_len, rules ? rules : RULES_DEFAULT))
		log_panic("no room for the model's table");
	return *b;
}

/*
 * Leaves those that the book's rules allow.  Doing nothing at the end of a choice
 * is what RFC 9293 itself says.
 */
static size_t narrow(const struct model_book *b, const struct model_row **out, size_t n,
		     bool *pass)
{
	bool pass_allowed = *pass && (b->rules & RULES_RFC9293);
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		kept += (out[i]->rules & b->rules) != 0;
	if (kept == 0 && !pass_allowed)
		return n;
	kept = 0;
	for (size_t i = 0; i < n; i++) {
		if (out[i]->rules & b->rules)
			out[kept++] = out[i];
	}
	*pass = pass_allowed;
	return kept;
}

size_t model_choices(const struct model_book *b, unsigned int question,
		     enum tcp_state state, uint32_t cond,
		     const struct model_row *out[MODEL_MAX_CHOICES], bool *pass)
{
	const uint8_t *list = b->asked[question][state];
	size_t n = 0;

	*pass = true;
	for (; *list != NO_ROW && n < MODEL_MAX_CHOICES; list++) {
		const struct model_row *row = &b->row[*list];

		if ((row->cond & cond) != row->cond)
			continue;
		out[n++] = row;
		if (!row->alternative) {
			*pass = false;
			break;
		}
	}
	return n ? narrow(b, out, n, pass) : 0;
}
