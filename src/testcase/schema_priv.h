/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the parts of the schema share: the scalars (schema_scalar.c), used by
 * the tables (schema_tables.c) and by the checker (schema.c).
 */
#ifndef TESTCASE_SCHEMA_PRIV_H
#define TESTCASE_SCHEMA_PRIV_H

#include "testcase/schema.h"

extern const struct schema_scalar scalar_text, scalar_title, scalar_word, scalar_label,
	scalar_param_value, scalar_level, scalar_state, scalar_need, scalar_use, scalar_yes_no,
	scalar_format, scalar_family, scalar_duration, scalar_span, scalar_timer,
	scalar_size, scalar_hex,
	scalar_option_body, scalar_flags, scalar_flags_any, scalar_byte, scalar_window,
	scalar_iss, scalar_u32, scalar_u20, scalar_u16, scalar_u8, scalar_u4, scalar_u3,
	scalar_checksum, scalar_m32, scalar_m20, scalar_m16, scalar_m8, scalar_m4, scalar_m3,
	scalar_mdf, scalar_checksum_match, scalar_opt32, scalar_opt16, scalar_opt8,
	scalar_presence, scalar_none, scalar_plain_option, scalar_option_name, scalar_offered,
	scalar_alive, scalar_target, scalar_port, scalar_jobs, scalar_rate, scalar_ipv4,
	scalar_ipv6, scalar_interface, scalar_deviations, scalar_pattern, scalar_target_pattern,
	scalar_known_reason, scalar_why, scalar_app_call, scalar_app_result, scalar_app_option,
	scalar_app_of, scalar_app_how, scalar_address, scalar_transport,
	scalar_flags_model, scalar_model, scalar_confirmed,

	scalar_end, scalar_nth, scalar_times, scalar_behind;

/* schema_link.c */
extern const struct schema_map schema_link_map;

/* Holds a scalar to @s->scalar: quotes, words, then its own check. */
bool schema_check_scalar(const struct schema *s, const struct node *n, struct schema_check *c);

/* Adds the error that a scalar is not what was expected. */
void schema_expected_not(const char *expected, const struct node *n, struct schema_check *c);

/* True for "kind-0" to "kind-255". */
bool schema_is_kind(const char *name);

#endif
