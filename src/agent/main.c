// SPDX-License-Identifier: BSD-2-Clause
/*
 * The upper tester: makes socket calls on the host of the target when asked to.
 */
#include <stdio.h>

#include "config.h"

int main(int argc, char **argv)
{
	fprintf(stderr, "shakedown-agent %s\n", PACKAGE_VERSION);
	return 2;
}
