/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Expressions: text -> postfix program -> value.
 *
 * The parser is a recursive descent over the grammar in expr.h that appends to
 * the program as it goes, so that a number left on the stack at the end is the
 * result.  Depth is bounded twice: the nesting of the text, because the parser
 * recurses, and the stack of the program, because the evaluator's is an array.
 * Arithmetic is uint32_t throughout: modulo 2^32 without a thought (RFC 9293
 * section 3.4).
 */
#include "expr/expr.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"

#define STACK_MAX 32
#define NEST_MAX 32
#define OPS_MAX 512

enum op_code {
	OP_CONST,
	OP_REF,
	OP_NEG,
	OP_NOT,
	OP_ADD,
	OP_SUB,
	OP_MUL,
	OP_DIV,
	OP_MOD
};

struct op {
	enum op_code code;
	uint32_t arg; /* of OP_CONST and OP_REF */
};

struct expr {
	const char *text;
	uint32_t n;
	const struct op *op;
};

struct parser {
	struct arena *arena;
	const char *text;
	size_t len, pos;
	const struct mark *at;
	expr_resolve_fn *resolve;
	void *arg;
	struct diags *ds;

	struct op op[OPS_MAX];
	uint32_t n;
	unsigned int stack, nest;
	bool failed;	/* one error is enough: the rest would be guesswork */
	struct buf out; /* the text with normalised blanks */
};

/*
 * The mark of @width bytes at @pos of the text.  Where the text is not what
 * stands in the source (it was folded from several lines, or a parameter was
 * put in), the whole is marked.
 */
static struct mark place(const struct parser *p, size_t pos, size_t width)
{
	struct mark m = *p->at;

	if (m.width != p->len)
		return m;
	m.col += (uint32_t)pos;
	m.width = width ? (uint32_t)width : 1;
	return m;
}

__attribute__((format(printf, 4, 5))) static void fail(struct parser *p, size_t pos,
						       size_t width, const char *fmt, ...)
{
	struct mark m = place(p, pos, width);
	va_list ap;

	if (p->failed)
		return;
	p->failed = true;
	va_start(ap, fmt);
	diag_add(p->ds, DIAG_ERROR, &m, "%s", arena_vprintf(p->arena, fmt, ap));
	va_end(ap);
}

static void emit(struct parser *p, enum op_code code, uint32_t arg)
{
	if (p->failed)
		return;
	if (code <= OP_REF)
		p->stack++;
	else if (code >= OP_ADD)
		p->stack--;
	if (p->n == OPS_MAX || p->stack > STACK_MAX) {
		fail(p, 0, p->len, "this expression is too long");
		return;
	}
	p->op[p->n].code = code;
	p->op[p->n++].arg = arg;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

static char peek(struct parser *p)
{
	while (p->pos < p->len && (p->text[p->pos] == ' ' || p->text[p->pos] == '\t'))
		p->pos++;
	return p->pos < p->len ? p->text[p->pos] : '\0';
}

static int digit_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

/* The base that a prefix asks for; skips the prefix. */
static unsigned int number_base(const char *s, size_t len, size_t *i)
{
	if (len < 2 || s[0] != '0' || (s[1] != 'x' && s[1] != 'b'))
		return 10;
	*i = 2;
	return s[1] == 'x' ? 16 : 2;
}

/* Digits of @s: 0, -EINVAL, or -ERANGE beyond 32 bits. */
static int number_value(const char *s, size_t len, uint32_t *out)
{
	size_t i = 0;
	unsigned int base = number_base(s, len, &i), digits = 0;
	uint64_t v = 0;

	for (; i < len; i++) {
		if (s[i] == '_' && digits)
			continue;
		if (digit_value(s[i]) >= (int)base)
			return -EINVAL;
		v = v * base + (unsigned int)digit_value(s[i]);
		if (v > UINT32_MAX)
			return -ERANGE;
		digits++;
	}
	*out = (uint32_t)v;
	return digits ? 0 : -EINVAL;
}

/* Everything that looks glued to a number, so that "1s" is one mistake. */
static size_t number_len(const char *s, size_t len)
{
	size_t i = 0;

	while (i < len &&
	       (is_digit(s[i]) || is_letter(s[i]) || s[i] == '_' ||
		(s[i] >= 'A' && s[i] <= 'Z')))
		i++;
	return i;
}

static void parse_number(struct parser *p)
{
	const char *s = p->text + p->pos;
	size_t len = number_len(s, p->len - p->pos);
	uint32_t value = 0;
	int err = number_value(s, len, &value);

	if (err == -ERANGE) {
		fail(p, p->pos, len, "%.*s does not fit in 32 bits", (int)len, s);
	} else if (err) {
		fail(p, p->pos, len, "\"%.*s\" is not a number", (int)len, s);
		diag_add_help(p->ds,
			      "numbers are decimal, 0x hexadecimal or 0b binary, "
			      "without a unit");
	}
	buf_add(&p->out, s, len);
	emit(p, OP_CONST, value);
	p->pos += len;
}

/* name := word ("." word)*, where a "-" between letters belongs to the word */
static size_t name_len(const char *s, size_t len)
{
	size_t i = 1;

	while (i < len) {
		if (is_letter(s[i]) || is_digit(s[i]))
			i++;
		else if ((s[i] == '-' || s[i] == '.') && i + 1 < len &&
			 (is_letter(s[i + 1]) || (s[i] == '-' && is_digit(s[i + 1]))))
			i += 2;
		else
			break;
	}
	return i;
}

static void unknown_name(struct parser *p, const char *s, size_t len, const char *suggestion)
{
	const char *minus = memchr(s, '-', len), *none = NULL;
	uint32_t ref;

	/* "snd.nxt-1" is a name as well; better than a near one is what was meant. */
	if (minus && p->resolve(p->arg, s, (size_t)(minus - s), &ref, &none) == 0)
		suggestion = NULL;
	else
		minus = NULL;
	fail(p, p->pos, len, "unknown name \"%.*s\"", (int)len, s);
	if (suggestion)
		diag_add_help(p->ds, "did you mean \"%s\"?", suggestion);
	else if (minus)
		diag_add_help(p->ds, "a minus needs blanks around it: \"%.*s - %.*s\"",
			      (int)(minus - s), s, (int)(len - (size_t)(minus - s) - 1),
			      minus + 1);
}

static void parse_name(struct parser *p)
{
	const char *s = p->text + p->pos, *suggestion = NULL;
	size_t len = name_len(s, p->len - p->pos);
	uint32_t ref = 0;
	int err = p->failed ? 0 : p->resolve(p->arg, s, len, &ref, &suggestion);

	if (err == -ENOENT)
		unknown_name(p, s, len, suggestion);
	else if (err)
		p->failed = true; /* the resolver has said what is wrong */
	buf_add(&p->out, s, len);
	emit(p, OP_REF, ref);
	p->pos += len;
}

static void parse_sum(struct parser *p);

static void parse_factor(struct parser *p)
{
	char c = peek(p);

	if (p->failed)
		return;
	if (++p->nest > NEST_MAX) {
		fail(p, p->pos, 1, "this expression is nested too deep");
	} else if (is_digit(c)) {
		parse_number(p);
	} else if (is_letter(c)) {
		parse_name(p);
	} else if (c == '-' || c == '~') {
		buf_addc(&p->out, c);
		p->pos++;
		parse_factor(p);
		emit(p, c == '-' ? OP_NEG : OP_NOT, 0);
	} else if (c == '(') {
		size_t open = p->pos++;

		buf_addc(&p->out, c);
		parse_sum(p);
		if (peek(p) != ')')
			fail(p, open, 1, "this \"(\" is never closed");
		buf_addc(&p->out, ')');
		p->pos++;
	} else if (p->pos >= p->len) {
		fail(p, p->len ? p->len - 1 : 0, 1, "the expression ends too early");
		diag_add_help(p->ds, "a number or a name is missing at the end");
	} else {
		fail(p, p->pos, 1, "expected a number or a name here");
	}
	p->nest--;
}

static void parse_operator(struct parser *p, char c)
{
	buf_printf(&p->out, " %c ", c);
	p->pos++;
}

static void parse_product(struct parser *p)
{
	static const enum op_code code[] = { ['*'] = OP_MUL, ['/'] = OP_DIV, ['%'] = OP_MOD };
	char c;

	parse_factor(p);
	while (!p->failed && ((c = peek(p)) == '*' || c == '/' || c == '%')) {
		parse_operator(p, c);
		parse_factor(p);
		emit(p, code[(unsigned char)c], 0);
	}
}

static void parse_sum(struct parser *p)
{
	char c;

	parse_product(p);
	while (!p->failed && ((c = peek(p)) == '+' || c == '-')) {
		parse_operator(p, c);
		parse_product(p);
		emit(p, c == '+' ? OP_ADD : OP_SUB, 0);
	}
}

static const struct expr *finish(struct parser *p)
{
	struct expr *e = arena_alloc(p->arena, sizeof(*e));

	e->text = arena_strdup(p->arena, buf_str(&p->out));
	e->n = p->n;
	e->op = arena_memdup(p->arena, p->op, p->n * sizeof(p->op[0]));
	return e;
}

const struct expr *expr_parse(struct arena *arena, const char *text, size_t len,
			      const struct mark *at, expr_resolve_fn *resolve, void *arg,
			      struct diags *ds)
{
	struct parser p;

	/* Not an initializer: the program is large, and need not be zeroed. */
	p.arena = arena;
	p.text = text;
	p.len = len;
	p.at = at;
	p.resolve = resolve;
	p.arg = arg;
	p.ds = ds;
	p.pos = 0;
	p.n = p.stack = p.nest = 0;
	p.failed = false;
	buf_init(&p.out);

	parse_sum(&p);
	peek(&p);
	if (!p.failed && p.pos < p.len) {
		fail(&p, p.pos, 1, "expected an operator or the end of the expression here");
		diag_add_help(ds, "operators are + - * / %% and ~");
	}
	const struct expr *e = p.failed ? NULL : finish(&p);

	buf_fini(&p.out);
	return e;
}

const struct expr *expr_const(struct arena *arena, uint32_t value)
{
	struct expr *e = arena_alloc(arena, sizeof(*e));
	struct op op = { OP_CONST, value };

	e->text = arena_printf(arena, "%u", value);
	e->n = 1;
	e->op = arena_memdup(arena, &op, sizeof(op));
	return e;
}

static int apply(enum op_code code, uint32_t *a, uint32_t b)
{
	switch (code) {
	case OP_ADD:
		*a += b;
		return 0;
	case OP_SUB:
		*a -= b;
		return 0;
	case OP_MUL:
		*a *= b;
		return 0;
	default:
		if (b == 0)
			return -EDOM;
		*a = code == OP_DIV ? *a / b : *a % b;
		return 0;
	}
}

static int push(const struct op *op, uint32_t *slot, expr_get_fn *get, void *arg)
{
	if (op->code == OP_REF)
		return get(arg, op->arg, slot);
	*slot = op->arg;
	return 0;
}

int expr_eval(const struct expr *e, expr_get_fn *get, void *arg, uint32_t *out)
{
	uint32_t stack[STACK_MAX];
	unsigned int n = 0;
	uint32_t i;
	int err = 0;

	for (i = 0; i < e->n && !err; i++) {
		const struct op *op = &e->op[i];

		if (op->code <= OP_REF) {
			err = push(op, &stack[n++], get, arg);
		} else if (op->code <= OP_NOT) {
			stack[n - 1] = op->code == OP_NEG ? -stack[n - 1] : ~stack[n - 1];
		} else {
			n--;
			err = apply(op->code, &stack[n - 1], stack[n]);
		}
	}
	if (!err)
		*out = stack[0];
	return err;
}

static int no_value(void *arg, uint32_t ref, uint32_t *value)
{
	(void)arg, (void)ref, (void)value;
	return -ENODATA;
}

bool expr_is_const(const struct expr *e, uint32_t *out)
{
	return expr_eval(e, no_value, NULL, out) == 0;
}

const char *expr_text(const struct expr *e)
{
	return e->text;
}

void expr_refs(const struct expr *e, void (*fn)(void *arg, uint32_t ref), void *arg)
{
	uint32_t i;

	for (i = 0; i < e->n; i++)
		if (e->op[i].code == OP_REF)
			fn(arg, e->op[i].arg);
}
