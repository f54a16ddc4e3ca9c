/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * "Did you mean": the edit distance of Damerau and Levenshtein (insert, delete,
 * replace, swap two neighbours), in the form where no part is edited twice.
 */
#include "base/diag.h"

#include <ctype.h>
#include <string.h>

#define WORD_MAX 63

/* Case is not a mistake worth an edit: "syn" is near to "SYN". */
static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int m = a < b ? a : b;

	return m < c ? m : c;
}

/* Both words are at most WORD_MAX bytes. */
static unsigned int distance(const char *a, size_t an, const char *b, size_t bn)
{
	unsigned int rows[3][WORD_MAX + 1];
	unsigned int *prev2 = rows[0], *prev = rows[1], *cur = rows[2], *t;
	size_t i, j;

	for (j = 0; j <= bn; j++)
		prev[j] = (unsigned int)j;
	for (i = 1; i <= an; i++) {
		cur[0] = (unsigned int)i;
		for (j = 1; j <= bn; j++) {
			cur[j] = min3(prev[j] + 1, cur[j - 1] + 1,
				      prev[j - 1] + !same(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) &&
			    same(a[i - 2], b[j - 1]) && prev2[j - 2] + 1 < cur[j])
				cur[j] = prev2[j - 2] + 1;
		}
		t = prev2;
		prev2 = prev;
		prev = cur;
		cur = t;
	}
	return prev[bn];
}

const char *diag_nearest(const char *word, const char *const *candidates, size_t n)
{
	size_t len = strlen(word), i, clen;
	unsigned int limit, d;
	const char *best = NULL;

	if (len == 0 || len > WORD_MAX)
		return NULL;
	/* One edit in three letters; a single letter is near to nothing. */
	limit = len < 3 ? (unsigned int)len - 1 : (unsigned int)len / 3;
	for (i = 0; i < n; i++) {
		if (!candidates[i])
			continue;
		clen = strlen(candidates[i]);
		if (clen > WORD_MAX)
			continue;
		d = distance(word, len, candidates[i], clen);
		if (d < limit || (d == limit && !best)) {
			best = candidates[i];
			limit = d;
		}
	}
	return best;
}
