# SPDX-License-Identifier: BSD-2-Clause
#
# What reports are made of (templates, schemas), installed as it lies here, and
# the published reports, which are only distributed.

nobase_dist_pkgdata_DATA += \
	reports/known/linux.yaml \
	reports/known/lwip.yaml \
	reports/schema/events.json \
	reports/schema/junit.xsd \
	reports/schema/report.json

EXTRA_DIST += \
	reports/README.md \
	reports/linux-lab.md \
	reports/linux-lab/timers.open-goes-on.ip-4.pcapng \
	reports/linux-lab/transitions.close-wait.ack-current.flags-fin-ack.ip-4.seq-edge.pcapng \
	reports/linux-lab/transitions.established-text.ack-old.ip-4.seq-edge.text-data.pcapng \
	reports/linux-lab/transitions.established.ack-none.flags-none.ip-4.seq-left.pcapng \
	reports/linux-lab/transitions.syn-received.ack-none.flags-syn.ip-4.seq-middle.pcapng \
	reports/linux-lab/transitions.time-wait-fin-wait-2.ack-beyond.flags-ack.ip-4.seq-edge.pcapng \
	reports/linux-lab/transitions.time-wait-fin-wait-2.ack-none.flags-fin.ip-4.seq-edge.pcapng \
	reports/linux-lab/window-edge.inside.ip-4.pcapng \
	reports/linux-lab/window-edge.outside.ip-4.seq-edge.pcapng \
	reports/linux-lab/window-edge.outside.ip-4.seq-edge-and-1.pcapng \
	reports/lwip.md \
	reports/lwip/acceptability.ack-of-unsent.beyond-by-one.ip-4.iss-random.pcapng \
	reports/lwip/closed-port.ack.flags-ack.ip-4.iss-random.number-last.pcapng \
	reports/lwip/closed-port.no-ack.flags-syn-fin.ip-4.iss-random.pcapng \
	reports/lwip/data.no-flags.flags-fin.ip-4.iss-random.pcapng \
	reports/lwip/data.no-flags.flags-none.ip-4.iss-random.pcapng \
	reports/lwip/handshake.ack-of-unsent.beyond-by-one.ip-4.iss-random.pcapng \
	reports/lwip/listen.ack-draws-reset.flags-ack.ip-4.iss-random.pcapng \
	reports/lwip/window-edge.outside.ip-4.seq-edge.pcapng \
	reports/lwip/timers.goes-on.ip-4.pcapng \
	reports/lwip/timers.open-goes-on.ip-4.pcapng \
	reports/lwip/transitions.closed.flags-none.ip-4.numbers-high.text-some.pcapng \
	reports/lwip/transitions.fin-wait-1.ack-current.flags-ack.ip-4.seq-left.pcapng \
	reports/lwip/transitions.syn-received.ack-current.flags-ack.ip-4.seq-left.pcapng \
	reports/lwip/transitions.syn-received.ack-current.flags-syn-ack.ip-4.seq-edge.pcapng \
	reports/lwip/transitions.time-wait-closing.ack-none.flags-syn.ip-4.seq-edge.pcapng \
	reports/gvisor.md \
	reports/libslirp.md \
	reports/gvisor/acceptability.ack-of-unsent.beyond-by-one.ip-4.iss-random.pcapng \
	reports/gvisor/close-by-tester.fin-not-acknowledged.ip-4.iss-random.pcapng \
	reports/gvisor/listen.reset-ignored.flags-syn-rst-ack.ip-4.iss-random.pcapng \
	reports/gvisor/loss.fin-overtakes-data.ip-4.iss-random.pcapng \
	reports/gvisor/reset.just-behind.ip-4.iss-random.pcapng \
	reports/gvisor/transitions.close-wait-text.ack-current.ip-4.seq-edge.text-data.pcapng \
	reports/gvisor/transitions.closed-after-last-ack.flags-all.ip-4.text-none.pcapng \
	reports/gvisor/transitions.syn-received.ack-current.flags-syn-ack.ip-4.seq-edge.pcapng \
	reports/gvisor/transitions.time-wait-fin-wait-2.ack-old.flags-syn-ack.ip-4.seq-edge.pcapng \
	reports/libslirp/acceptability.old-syn.ip-4.iss-random.seq-older.pcapng \
	reports/libslirp/closed-port.no-ack.flags-fin.ip-4.iss-random.pcapng \
	reports/libslirp/closed-port.reset.flags-rst.ip-4.iss-random.pcapng \
	reports/libslirp/closed-port.syn-with-data.ip-4.iss-random.pcapng \
	reports/libslirp/data.segment-size.ip-4.iss-random.offer-mss-536.pcapng \
	reports/libslirp/handshake.isn-follows-clock.ip-4.iss-random.wrong-one-step-further.pcapng \
	reports/libslirp/handshake.syn-again.ip-4.iss-random.pcapng \
	reports/libslirp/handshake.wrong-ack-draws-reset.ip-4.iss-random.pcapng \
	reports/libslirp/listen.nothing-ignored.flags-none.ip-4.iss-random.pcapng \
	reports/libslirp/listen.reset-ignored.flags-rst.ip-4.iss-random.pcapng \
	reports/libslirp/listen.syn-fin.ip-4.iss-random.pcapng \
	reports/libslirp/reset.far-miss.ip-4.iss-random.seq-just-before.pcapng \
	reports/libslirp/reset.just-behind.ip-4.iss-random.pcapng \
	reports/libslirp/robustness.odd-syn.ip-4.iss-random.syn-urgent.pcapng
