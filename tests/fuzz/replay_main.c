// SPDX-License-Identifier: BSD-2-Clause
/*
 * Stands in for libFuzzer's main(): feeds each file named on the command line to
 * the fuzz target once, one TAP line each.  A file that is too much for the
 * target ends the program, which leaves the plan unfulfilled.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * Reads the whole of FILE into *data, a buffer of exactly its size, so that a
 * sanitizer sees the first byte read beyond it.  Returns 0, or -1 with nothing
 * to free.
 */
static int read_whole(FILE *file, uint8_t **data, size_t *size)
{
	struct stat st;

	if (fstat(fileno(file), &st) != 0 || !S_ISREG(st.st_mode))
		return -1;
	*size = st.st_size;
	*data = malloc(*size);
	if (!*data || fread(*data, 1, *size, file) != *size) {
		free(*data);
		return -1;
	}
	return 0;
}

static int replay(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data;
	size_t size;
	int result;

	if (!file)
		return -1;
	result = read_whole(file, &data, &size);
	fclose(file);
	if (result == 0) {
		LLVMFuzzerTestOneInput(data, size);
		free(data);
	}
	return result;
}

int main(int argc, char **argv)
{
	printf("1..%d\n", argc - 1);
	for (int i = 1; i < argc; i++) {
		fflush(stdout);
		printf("%s - %s\n", replay(argv[i]) == 0 ? "ok" : "not ok", argv[i]);
	}
	return 0;
}
