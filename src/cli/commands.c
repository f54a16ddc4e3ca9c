/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of commands.
 */
#include <string.h>

#include "cli/command.h"
#include "testcase/vocab.h"

#define ANY 100000

/* clang-format off */
const struct command commands[COMMAND_N] = {
	[COMMAND_RUN] = {
		"run", "[SELECTOR...]", "run cases against a target and judge them",
		"Without a target, this machine's own kernel is tested in a lab that is built\n"
		"for the run and gone after it.  A SELECTOR is a case id, a pattern of them\n"
		"('handshake/*'), either with parameters behind it ('[ip=4]'), or a case file.\n"
		"Without any, everything but the cases with the tag `slow` is run.",
		command_run, 0, ANY, "cases" },
	[COMMAND_DOCTOR] = {
		"doctor", "", "check tester and target before blaming either",
		"Looks at the way to the target, privileges, offloads, addresses, the capture,\n"
		"and at each port of the target; without a target at the lab.  Each line says\n"
		"ok, warn or fail; the exit status is 4 if something failed.",
		command_doctor, 0, 0, NULL },
	[COMMAND_LIST] = {
		"list", "[SELECTOR...]", "list cases: id, level, tags, title", NULL,
		command_list, 0, ANY, "cases" },
	[COMMAND_EXPLAIN] = {
		"explain", "ID|LABEL...", "explain cases, or requirements and what covers them",
		"An ID is a case id or a pattern of them, or a row of `shakedown model`; a LABEL\n"
		"is a requirement such as rfc9293:MUST-2 or just MUST-2.",
		command_explain, 1, ANY, "cases" },
	[COMMAND_VALIDATE] = {
		"validate", "[FILE...]",
		"check case files, target profiles and known deviations",
		"Everything that is wrong is shown.  A file with a key `kind` is a target profile\n"
		"or a list of known deviations.  Without a FILE the bundled cases are checked.",
		command_validate, 0, ANY, "files" },
	[COMMAND_PLAN] = {
		"plan", "[SELECTOR...]", "show what would be sent and what is expected", NULL,
		command_plan, 0, ANY, "cases" },
	[COMMAND_VERIFY] = {
		"verify", "FILE...", "judge captures: evidence of runs, or anybody's",
		"Evidence that `shakedown run` saved is judged again by its case.  In any\n"
		"other capture (pcap or pcapng, \"-\" is standard input) each TCP conversation\n"
		"is judged from both ends, by the model and by lint.  No network is needed.",
		command_verify, 1, ANY, "files" },
	[COMMAND_MODEL] = {
		"model", "[STATE...]", "show RFC 9293 as a table: what is permitted when", NULL,
		command_model, 0, TCP_N_STATES, "states" },
	[COMMAND_SCHEMA] = {
		"schema", "[case|target|deviations]",
		"print the JSON Schema of case files or of others, for editors", NULL,
		command_schema, 0, 1, "schemas" },
	[COMMAND_COMPLETION] = {
		"completion", "SHELL", "print the completion script of a shell: bash", NULL,
		command_completion, 1, 1, "bash" },
	[COMMAND_HELP] = {
		"help", "[COMMAND]", "show help, of the program or of a command", NULL,
		command_help, 0, 1, "commands" },
	[COMMAND_VERSION] = {
		"version", "", "show the version", NULL,
		command_version, 0, 0, NULL },
};
/* clang-format on */

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < COMMAND_N; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

uint32_t command_bit(const struct command *c)
{
	return COMMAND_BIT((uint32_t)(c - commands));
}
