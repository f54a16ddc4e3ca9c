/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The manual pages say what the tables say: commands and options of shakedown(1),
 * keys and words of shakedown-testcase(5), keys of shakedown-target(5) and
 * shakedown-deviations(5).  Lists that are checked have a comment before them in
 * the page.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "cli/command.h"
#include "plan/plan.h"
#include "testcase/schema.h"

static struct buf page;

static void read_page(const char *name)
{
	const char *top = getenv("abs_top_srcdir");
	char path[4096], chunk[4096];
	size_t n;
	FILE *f;

	if (!top)
		cr_skip_test("abs_top_srcdir is not set");
	snprintf(path, sizeof(path), "%s/man/%s", top, name);
	f = fopen(path, "r");
	cr_assert(f, "%s", path);
	buf_reset(&page);
	while ((n = fread(chunk, 1, sizeof(chunk), f)))
		buf_add(&page, chunk, n);
	fclose(f);
}

/* What follows the line `.\" MARK`; the test fails without it. */
static const char *after_mark(const char *mark)
{
	char line[128];
	const char *p;

	snprintf(line, sizeof(line), "\n.\\\" %s\n", mark);
	p = strstr(buf_str(&page), line);
	cr_assert(p, "the page has no mark \"%s\"", mark);
	return p + strlen(line);
}

/* Copies the word after @macro in the next line that has it, before @end. */
static const char *next_item(const char *p, const char *end, const char *macro, char word[64])
{
	const char *found = strstr(p, macro);

	if (!found || (end && found > end))
		return NULL;
	found += strlen(macro);
	snprintf(word, 64, "%.*s", (int)strcspn(found, " \n"), found);
	return found;
}

/* ---- shakedown-testcase(5) ---- */

static void check_map(const struct schema_map *m)
{
	char mark[128], word[64];
	const char *p, *end;

	snprintf(mark, sizeof(mark), "map: %s", m->name);
	p = after_mark(mark);
	end = strstr(p, "\n.El");
	for (size_t i = 0; i < m->n_keys; i++) {
		p = next_item(p, end, ".It Ic ", word);
		cr_assert(p, "%s: \"%s\" is missing in the page", m->name, m->key[i].name);
		cr_assert_str_eq(word, m->key[i].name, "%s: the page has \"%s\", the table \"%s\"",
				 m->name, word, m->key[i].name);
		cr_assert_eq(!!(m->key[i].flags & KEY_REQUIRED),
			     strstr(p, ", required\n") &&
				     strstr(p, ", required\n") < strchr(p, '\n'),
			     "%s: is \"%s\" required?", m->name, word);
	}
	cr_assert(!m->n_keys || !next_item(p, end, ".It Ic ", word), "%s: \"%s\" is in no table",
		  m->name, word);
}

Test(manual, has_every_key_of_the_language)
{
	read_page("shakedown-testcase.5");
	for (size_t i = 0; schema_map_at(i); i++)
		check_map(schema_map_at(i));
}

Test(manual, has_every_key_of_a_profile)
{
	read_page("shakedown-target.5");
	for (size_t i = 0; schema_target_map_at(i); i++)
		check_map(schema_target_map_at(i));
}

Test(manual, has_every_key_of_a_list_of_deviations)
{
	const char *p, *end;
	char word[64];

	read_page("shakedown-deviations.5");
	for (size_t i = 0; schema_known_map_at(i); i++)
		check_map(schema_known_map_at(i));
	p = after_mark("reasons");
	end = strstr(p, "\n.El");
	for (size_t i = 0; i < REASON_N; i++) {
		p = next_item(p, end, ".It Li ", word);
		cr_assert(p && !strcmp(word, known_reasons[i].name), "%s",
			  known_reasons[i].name);
	}
	cr_assert_null(next_item(p, end, ".It Li ", word), "%s is no reason", word);
}

/* Each word of a table stands somewhere in the text after the mark. */
static void check_words(const char *mark, const char *const *words, size_t n)
{
	const char *p = after_mark(mark), *end = strstr(p, "\n.S");
	char *text = strndup(p, end ? (size_t)(end - p) : strlen(p));

	for (char *c = text; *c; c++)
		if (strchr("\n,", *c))
			*c = ' ';
	for (size_t i = 0; i < n; i++) {
		char word[64];

		snprintf(word, sizeof(word), " %s ", words[i]);
		cr_assert(strstr(text, word), "%s: \"%s\" is missing in the page", mark, words[i]);
	}
	free(text);
}

static void check_needs(void)
{
	const char *names[NEED_N];

	for (size_t i = 0; i < NEED_N; i++)
		names[i] = plan_needs[i].name;
	check_words("words: needs", names, NEED_N);
}

static void check_uses(void)
{
	const char *names[USE_N];

	for (size_t i = 0; i < USE_N; i++)
		names[i] = plan_uses[i].name;
	check_words("words: uses", names, USE_N);
}

Test(manual, has_every_word_of_the_language)
{
	const char *fields[FIELD_N];
	char dotted[FIELD_N][32];
	size_t n = 0;

	read_page("shakedown-testcase.5");
	check_needs();
	check_uses();
	check_words("words: states", tcp_state_names, TCP_N_STATES);
	check_words("words: variables", plan_var_names, VAR_N);
	for (size_t i = 0; i < FIELD_N; i++) {
		if (!seg_fields[i].in_expr)
			continue;
		snprintf(dotted[n], sizeof(dotted[n]), ".%s", seg_fields[i].name);
		fields[n] = dotted[n];
		n++;
	}
	check_words("words: fields", fields, n);
}

/* ---- shakedown(1) ---- */

Test(manual, has_every_command)
{
	const char *p, *end;
	char word[64];

	read_page("shakedown.1");
	p = after_mark("commands");
	end = strstr(p, "\n.Ss");
	for (size_t i = 0; i < COMMAND_N; i++) {
		p = next_item(p, end, "\n.It Ic ", word);
		cr_assert(p, "%s is missing in the page", commands[i].name);
		cr_assert_str_eq(word, commands[i].name);
	}
	cr_assert_null(next_item(p, end, "\n.It Ic ", word), "%s is no command", word);
}

/* ".It Fl t , Fl \-tag Ns = Ns Ar expr" as the table has it. */
static void option_line(const struct option_row *r, char line[128])
{
	char letter[] = "x , Fl ";

	letter[0] = r->letter;
	snprintf(line, 128, "\n.It Fl %s\\-%s%s", r->letter ? letter : "", r->name,
		 r->arg ? " Ns = Ns Ar " : "\n");
}

Test(manual, has_every_option)
{
	const char *start, *end;
	char line[128], word[64];
	size_t n = 0;

	read_page("shakedown.1");
	start = after_mark("options");
	end = strstr(start, "\n.Ss");
	for (size_t i = 0; i < n_option_rows; i++) {
		const char *p;

		option_line(&option_rows[i], line);
		p = strstr(start, line);
		cr_assert(p && p < end, "--%s is not in the page as the table has it",
			  option_rows[i].name);
	}
	for (const char *p = start; (p = next_item(p, end, "\n.It Fl ", word));)
		n++;
	cr_assert_eq(n, n_option_rows, "the page has %zu options, the table %zu", n, n_option_rows);
	check_needs();
}
