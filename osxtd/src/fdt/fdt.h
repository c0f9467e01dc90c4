/* SPDX-License-Identifier: MPL-2.0 */
/*
 * fdt - reads a flattened device tree, which firmware wrote and nobody has checked.
 *
 * Nothing is built: the walk goes through the blob in its own order.  Whatever the blob says, no
 * read leaves it and every walk ends; what does not parse is absent.  Addresses are taken as they
 * are: `ranges` that translate are not followed.
 *
 *   Context:   any; pure, also builds on the host.
 *   Lifetime:  everything borrows the blob.
 *   Limits:    FDT_DEPTH_MAX levels of nodes; what lies deeper is walked, but without `reg`.
 *   Spec:      Devicetree Specification 0.4, 5 (the format), 2.3 (properties).
 */
#pragma once
#include <osxtd/span.h>

enum : u32 { FDT_DEPTH_MAX = 8, FDT_HEADER_BYTES = 40 };

struct fdt {
	struct cspan structure, strings;
	struct cspan reservations; /* pairs of big-endian 64-bit numbers */
};

/* Length of the blob that starts with these FDT_HEADER_BYTES; 0 when it is none. */
u32 fdt_size(struct cspan header);
/* False when blob is no tree of version 17. */
[[nodiscard]] bool fdt_open(struct cspan blob, struct fdt *out);
/* Entry i of the memory reservation block; false at its end. */
[[nodiscard]] bool fdt_reservation(const struct fdt *f, u32 i, u64 *start, u64 *size);

/* A node; `{}` stands before the root. */
struct fdt_node {
	struct str name; /* with its unit address; the root's is empty */
	u32 depth;	 /* the root's is 0 */
	u32 _properties, _next;
	bool _started;
	/* What the node at each depth says of the `reg` of its children. */
	u8 _address_cells[FDT_DEPTH_MAX], _size_cells[FDT_DEPTH_MAX];
};

/* Goes on to the next node: first the children, then the sisters.  False at the end. */
[[nodiscard]] bool fdt_next(const struct fdt *f, struct fdt_node *n);
/* The next node inside parent, from parent itself on; false behind its last. */
[[nodiscard]] bool fdt_next_inside(const struct fdt *f, const struct fdt_node *parent,
				   struct fdt_node *n);
/* The node at a depth with that name, its unit address left out. */
[[nodiscard]] bool fdt_find(const struct fdt *f, struct str name, u32 depth, struct fdt_node *out);
/* The next node after *n that is compatible with id. */
[[nodiscard]] bool fdt_next_compatible(const struct fdt *f, struct str id, struct fdt_node *n);

[[nodiscard]] bool fdt_property(const struct fdt *f, const struct fdt_node *n, struct str name,
				struct cspan *value);
/* The property as one number of one or two cells; false when it is something else. */
[[nodiscard]] bool fdt_number(const struct fdt *f, const struct fdt_node *n, struct str name,
			      u64 *out);
/* Its text up to the first NUL; empty when there is none. */
struct str fdt_text(const struct fdt *f, const struct fdt_node *n, struct str name);
/* Whether the list of texts that the property is has this one. */
bool fdt_lists(const struct fdt *f, const struct fdt_node *n, struct str name, struct str text);
/* Pair i of `reg`. */
[[nodiscard]] bool fdt_reg(const struct fdt *f, const struct fdt_node *n, u32 i, u64 *address,
			   u64 *size);
/* Cell i of a property's value. */
[[nodiscard]] bool fdt_cell(struct cspan value, u32 i, u32 *out);
