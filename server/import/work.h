/* One row under way, and what rows of every kind need for it. */
#pragma once
#include "import/apply.h"
#include "json/parse.h"
#include "store/call.h"

struct import_work {
  const struct import_apply *apply;
  struct arena *arena;
  const char *action;
  struct import_applied applied;
};

/* What is to be done with a row of some kind. */
typedef RESULT import_work_row(struct import_work *w, const struct import_row *row);

/* Removes what is there, where the actor may load and remove it. What has gone meanwhile is IMPORT_UNCHANGED. */
typedef RESULT import_work_end(struct import_work *w, const struct import_object *object);

/* In the actor's transaction, where there is one: a scope that cannot be set there fails what is read under it. */
struct store_call import_work_reading(const struct import_work *w, const struct scope *scope);

/* As import_actor_leave has it. */
RESULT import_work_leave(const struct import_work *w, const struct uuid *tenant, enum bw_permission permission,
                         struct import_leave *ret_leave);
/* To put something below the tenant, which a grant that reaches the tenant alone does not let do: R_FORBIDDEN. */
RESULT import_work_leave_below(const struct import_work *w, const struct uuid *tenant, enum bw_permission permission,
                               struct import_leave *ret_leave);

/* Runs a change, which is what became of the row. */
RESULT import_work_change(struct import_work *w, const struct import_leave *under, import_change *run, void *what,
                          enum import_effect effect);

/* The same for what is removed, by who may load and remove it at its place. */
RESULT import_work_remove(struct import_work *w, enum bw_permission permission, import_change *run,
                          const struct import_object *object);

/* Gives `r`; a failure is that member's. */
RESULT import_work_blame(struct import_work *w, const char *member, enum result r);

/* A member that names a tenant. Absent or null: the actor's home. */
struct import_reference {
  const char *member;
  const struct json_text *external_id;
};
/* The one tenant of that external_id in all that the actor reads, or of that id: R_NOT_FOUND, R_CONFLICT for several.
 */
RESULT import_work_locate(struct import_work *w, const struct import_reference *to, struct uuid *ret_tenant);
/* Both locate it and be let in there, to load and to read. */
RESULT import_work_enter(struct import_work *w, const struct import_reference *to, enum bw_permission reads,
                         struct uuid *ret_tenant, struct import_leave *ret_leave);

/* Where a tenant stands that the actor was let in to: R_AGAIN when it has just gone. */
RESULT import_work_path(struct import_work *w, const struct uuid *tenant, const struct scope *scope,
                        struct str *ret_path);

/* What was found by its id is what a row is about where a member of it is that id: R_NOT_FOUND. */
RESULT import_work_expect(const struct import_work *w, const struct store_object *object, const char *member,
                          const struct uuid *id);

/* R_ALREADY_EXISTS, of that member, where only what is not there is wanted. */
RESULT import_work_found(struct import_work *w, const char *member);

/* What is there, as the API shows it, against what is wanted: what a row leaves out is the same. */
RESULT import_work_view(const struct import_work *w, const struct store_object *object, const struct json **ret_view);
/* What is over is not brought back by a row, and never as it is wanted. */
bool import_work_is_over(const struct json *view);
bool import_work_same_text(const struct json *view, const char *member, const struct json_text *wanted);
bool import_work_same_texts(const struct json *view, const char *member, const struct json_texts *wanted);
/* 0: none. */
int64_t import_work_time(const struct json *view, const char *member);

struct patch import_work_patch(const struct json_text *text);
