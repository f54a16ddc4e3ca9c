# SPDX-License-Identifier: BSD-2-Clause
#
# Tests of the built programs, on real packets where that is the point.  They
# make their own namespaces, and skip where the system forbids it.

shell_tests +=
