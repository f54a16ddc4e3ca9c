/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bench's command line: `make bench` gives the directories and the program.
 */
#include "bench.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#define USAGE                                                       \
	"usage: bench --testcases DIR --bench DIR --program FILE\n" \
	"             [--json] [--runs N] [--repetitions N]\n"

static const struct option options[] = {
	{ "testcases", required_argument, NULL, 't' },
	{ "bench", required_argument, NULL, 'b' },
	{ "program", required_argument, NULL, 'p' },
	{ "json", no_argument, NULL, 'j' },
	{ "runs", required_argument, NULL, 'n' },
	{ "repetitions", required_argument, NULL, 'r' },
	{ NULL, 0, NULL, 0 },
};

static unsigned int number(const char *text, unsigned int most)
{
	long v = strtol(text, NULL, 10);

	if (v >= 1 && v <= (long)most)
		return (unsigned int)v;
	fprintf(stderr, "bench: %s is not a number from 1 to %u\n", text, most);
	exit(2);
}

static void parse(int argc, char **argv, struct bench_config *cfg)
{
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 't':
			cfg->testcases = optarg;
			break;
		case 'b':
			cfg->bench_dir = optarg;
			break;
		case 'p':
			cfg->program = optarg;
			break;
		case 'j':
			cfg->json = true;
			break;
		case 'n':
			cfg->runs = number(optarg, 10000);
			break;
		case 'r':
			cfg->reps = number(optarg, BENCH_REPS_MAX);
			break;
		default:
			fputs(USAGE, stderr);
			exit(2);
		}
	}
	if (cfg->testcases && cfg->bench_dir && cfg->program && optind == argc)
		return;
	fputs(USAGE, stderr);
	exit(2);
}

int main(int argc, char **argv)
{
	struct bench_config cfg = { .runs = 1000, .reps = 7 };
	static struct bench_results results;

	parse(argc, argv, &cfg);
	if (bench_rates(&cfg, &results.rates) || bench_memory(&cfg, &results.memory))
		return 1;
	/* Said in the table if it does not work. */
	bench_suites(&cfg, results.suite);
	if (cfg.json)
		bench_show_json(&cfg, &results);
	else
		bench_show(&cfg, &results);
	return 0;
}
