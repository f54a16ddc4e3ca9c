# SPDX-License-Identifier: BSD-2-Clause
#
# The bundled cases: nothing but data, installed as it lies here.  One line for
# each file, under nobase_dist_pkgdata_DATA; tests/dist.sh notices a missing one.

nobase_dist_pkgdata_DATA +=
