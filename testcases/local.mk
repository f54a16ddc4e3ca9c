# SPDX-License-Identifier: BSD-2-Clause
#
# The bundled cases: nothing but data, installed as it lies here.  One line for
# each file, under nobase_dist_pkgdata_DATA; tests/dist.sh notices a missing one.

nobase_dist_pkgdata_DATA += \
	testcases/calls/calls.yaml \
	testcases/calls/user-timeout.yaml \
	testcases/fragments/reach.yaml \
	testcases/fragments/through-application.yaml \
	testcases/loss/loss.yaml \
	testcases/textbook/acceptability.yaml \
	testcases/textbook/active-open.yaml \
	testcases/textbook/application.yaml \
	testcases/textbook/challenge.yaml \
	testcases/textbook/close-by-target.yaml \
	testcases/textbook/close-by-tester.yaml \
	testcases/textbook/closed-port.yaml \
	testcases/textbook/data.yaml \
	testcases/textbook/handshake.yaml \
	testcases/textbook/listen.yaml \
	testcases/textbook/options.yaml \
	testcases/textbook/outstanding.yaml \
	testcases/textbook/reset.yaml \
	testcases/textbook/robustness.yaml \
	testcases/textbook/states.yaml \
	testcases/textbook/time-wait.yaml \
	testcases/textbook/window.yaml \
	testcases/timers/timers.yaml \
	testcases/transitions/application.yaml \
	testcases/transitions/data.yaml \
	testcases/transitions/no-connection.yaml \
	testcases/transitions/opening.yaml \
	testcases/transitions/timestamps.yaml
