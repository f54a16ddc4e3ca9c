# SPDX-License-Identifier: BSD-2-Clause
#
# Tests of the built programs, on real packets where that is the point.  They
# make their own namespaces, and skip where the system forbids it.
#
# make starts them in this order: first those that take longest, most of it
# waiting.

# The main job, a TCP that is no kernel's, a device behind a link, a wrong TCP.
shell_tests += %D%/run_lab.sh %D%/lwip.sh %D%/target.sh %D%/faulty.sh %D%/doctor.sh
EXTRA_DIST += %D%/device.sh

shell_tests += %D%/cli.sh %D%/model.sh %D%/agent.sh %D%/guard.sh %D%/lab.sh

EXTRA_DIST += %D%/agent_lib.sh
# An application's side of the agent's services.
check_PROGRAMS += %D%/agent_client
%C%_agent_client_SOURCES = %D%/agent_client.c
%C%_agent_client_LDADD =

# A requester of the agent's Testability Protocol.
shell_tests += %D%/upper.sh
check_PROGRAMS += %D%/upper_client
%C%_upper_client_SOURCES = %D%/upper_client.c
%C%_upper_client_LDADD =

# Drives the link and the lab.
check_PROGRAMS += %D%/link_probe
%C%_link_probe_LDADD = libshakedown.a $(DEPS_LIBS)

# Captures of ordinary programs on a bad path.
shell_tests += %D%/captures.sh %D%/faulty_capture.sh %D%/verify.sh
EXTRA_DIST += %D%/talk.py %D%/vary.py
check_PROGRAMS += %D%/lossy_path
%C%_lossy_path_SOURCES = %D%/lossy_path.c
%C%_lossy_path_LDADD =

# A path that the tester makes worse on purpose.
shell_tests += %D%/impair.sh %D%/seed.sh
EXTRA_DIST += %D%/sent.py
