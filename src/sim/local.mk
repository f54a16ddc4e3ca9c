# SPDX-License-Identifier: BSD-2-Clause
#
# The simulated target: the model's table driven forward.

unit_tests += tests/unit/test_sim
tests_unit_test_sim_LDADD = libpeer.a $(LDADD)

libshakedown_a_SOURCES += \
	%D%/sim.h \
	%D%/sim_priv.h \
	%D%/sim.c \
	%D%/sim_app.c \
	%D%/sim_event.c \
	%D%/sim_flip.c \
	%D%/sim_output.c \
	%D%/sim_service.c
