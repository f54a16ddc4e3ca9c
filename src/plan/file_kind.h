/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a YAML file is meant to be: the key `kind` says it, and case files have
 * none.
 */
#ifndef PLAN_FILE_KIND_H
#define PLAN_FILE_KIND_H

enum file_kind {
	FILE_CASES,	 /* or a directory, or nothing that can be read */
	FILE_TARGET,	 /* a target profile, or a kind that nobody knows */
	FILE_DEVIATIONS, /* a list of known deviations */
};

/* Says nothing of what is wrong in the file @path; its loader does. */
enum file_kind file_kind(const char *path);

#endif
