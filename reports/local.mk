# SPDX-License-Identifier: BSD-2-Clause
#
# What reports are made of (templates, schemas), installed as it lies here, and
# the published reports, which are only distributed.

nobase_dist_pkgdata_DATA += \
	reports/schema/events.json \
	reports/schema/junit.xsd \
	reports/schema/report.json

EXTRA_DIST += \
	reports/README.md \
	reports/linux-lab.md \
	reports/linux-lab/window-edge.inside.ip-4.pcapng \
	reports/linux-lab/window-edge.outside.ip-4.seq-edge.pcapng \
	reports/linux-lab/window-edge.outside.ip-4.seq-edge-and-1.pcapng
