// SPDX-License-Identifier: BSD-2-Clause
/*
 * Stands in for libFuzzer's main(): feeds every file of the directories given
 * to the fuzz target once, in the order of their names, one TAP line each.  A
 * file that is too much for the target ends the program, which the TAP driver
 * reports.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * Reads the file PATH of SIZE bytes into a buffer of exactly that size, so that
 * a sanitizer sees the first byte read beyond it.  NULL if it cannot be read.
 */
static uint8_t *read_file(const char *path, size_t size)
{
	uint8_t *data = malloc(size);
	FILE *file = fopen(path, "rb");

	if (file && data && fread(data, 1, size, file) != size) {
		free(data);
		data = NULL;
	}
	if (!file) {
		free(data);
		data = NULL;
	} else {
		fclose(file);
	}
	return data;
}

static void replay_file(const char *path, size_t size)
{
	uint8_t *data = read_file(path, size);

	if (data || size == 0)
		LLVMFuzzerTestOneInput(data, size);
	printf("%s - %s\n", data || size == 0 ? "ok" : "not ok", path);
	fflush(stdout);
	free(data);
}

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Returns the number of files replayed, or -errno if DIR cannot be listed. */
static int replay_directory(const char *dir)
{
	struct dirent **entries;
	int entry_count = scandir(dir, &entries, visible, alphasort);
	int replayed = 0;

	if (entry_count < 0)
		return -errno;
	for (int i = 0; i < entry_count; i++) {
		char path[4096];
		struct stat st;

		snprintf(path, sizeof(path), "%s/%s", dir, entries[i]->d_name);
		if (stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
			replay_file(path, st.st_size);
			replayed++;
		}
		free(entries[i]);
	}
	free(entries);
	return replayed;
}

int main(int argc, char **argv)
{
	int replayed = 0;

	for (int i = 1; i < argc; i++) {
		int n = replay_directory(argv[i]);

		if (n <= 0) {
			printf("Bail out! %s: %s\n", argv[i], n ? strerror(-n) : "no files");
			return 1;
		}
		replayed += n;
	}
	printf("1..%d\n", replayed);
	return 0;
}
