/* Import jobs: what they are to load, sealed, in parts; how far they are; what became of every row. */
#pragma once
#include "store/call.h"

struct store_import_new {
  struct uuid id, tenant, submitter, submitter_home; /* submitter: zero for the operator, who is at home in `tenant` */
  struct str submitter_kind, submitter_path;
  bool submitter_weak;
  struct str kind, format, mode, on_error, invitations;
  bool dry_run;
  int64_t removals_most; /* of mode sync alone */
  int64_t mail_pace;     /* letters a minute; 0: it sends none */
};
/* Open, with nothing in it. R_NOT_FOUND: no such tenant in the scope. `ret_named` as store/audit.h has it. */
RESULT store_import_insert(struct store_tx *tx, const struct store_import_new *job, struct store_object *ret_job,
                           struct str *ret_named);

/* A job by its tenant and id; R_NOT_FOUND outside the scope. */
struct store_import_key {
  struct uuid tenant, job;
};
RESULT store_import_get(const struct store_call *call, const struct store_import_key *key,
                        struct store_object *ret_job);

struct store_import_filter {
  struct uuid tenant, before; /* before: of the last job that was seen; zero for the first page */
  struct str state;           /* .p NULL: any */
  int64_t limit;
};
/* Newest first. */
RESULT store_import_list(const struct store_call *call, const struct store_import_filter *filter,
                         struct store_page *ret_page);

/* A job held against change; waits for the step under way. */
struct store_import {
  struct store_object object;
  struct str state, named;
  int64_t received, announced;
  struct uuid submitter;
};
RESULT store_import_lock(struct store_tx *tx, const struct store_import_key *key, struct store_import *ret_job);

/* The rest is about a job that is held. */
RESULT store_import_announce(struct store_tx *tx, const struct uuid *job, int64_t announced,
                             struct store_object *ret_job);
/* Queued. */
RESULT store_import_receive(struct store_tx *tx, const struct uuid *job, int64_t received);
/* "queued" or "cancelled". */
RESULT store_import_turn(struct store_tx *tx, const struct uuid *job, struct str state, struct store_object *ret_job);

struct store_import_part {
  int64_t begins, ends;
  struct str sealed;
};
/* Queued. */
RESULT store_import_part_put(struct store_tx *tx, const struct uuid *job, const struct store_import_part *part);
/* Where to read from, and how many parts at most. */
struct store_import_span {
  int64_t from, limit;
};
RESULT store_import_part_read(const struct store_call *call, const struct uuid *job,
                              const struct store_import_span *span, const struct store_import_part **ret_parts,
                              size_t *ret_count);
/* All of them, and what else is kept until the end. Queued. */
RESULT store_import_part_drop(struct store_tx *tx, const struct uuid *job);

/* A job whose turn it is. */
struct store_import_step {
  struct store_import_key key;
  struct str path; /* of its tenant */
  struct uuid submitter, submitter_home;
  struct str submitter_kind;
  bool submitter_weak;
  struct str kind, format, mode, on_error, invitations;
  int64_t mail_pace, mail_next; /* 0: none */
  bool dry_run, skipping;
  struct str header; /* of a CSV; .p NULL until it is read */
  int64_t received, done, line, refused, results;
  struct str phase;                               /* "rows", "waiting", "last", "removals" */
  int64_t removals_most, removals, removals_done; /* removals: -1 until they are known */
  int64_t waiting, waiting_line;                  /* rows that wait; the last of them that was tried in this round */
  bool waiting_moved;                             /* one before it waits no longer */
  int64_t tries;                                  /* of the step that is next, which failed each time */
  int64_t again;                                  /* how often it was to be taken again */
  struct uuid served_by;                          /* whoever took the last step; zero: nobody yet */
};
/* Held until the transaction ends; passes by what another process has. `only` that job, or any where it is NULL.
   R_NOT_FOUND: there is nothing to do. */
RESULT store_import_take(struct store_tx *tx, const struct uuid *only, struct store_import_step *ret_step);
enum store_import_failure {
  STORE_IMPORT_PASSING, /* nobody's: it counts for nothing */
  STORE_IMPORT_AGAIN,   /* the step is to be taken again */
  STORE_IMPORT_TRY      /* it rests, the longer the more of them there were */
};
/* Others are next. Queued. */
RESULT store_import_put_off(struct store_tx *tx, const struct uuid *job, enum store_import_failure failure);

/* What a step has come to. */
struct store_import_progress {
  int64_t done, line;
  bool skipping;
  struct str header;
  int64_t created, updated, unchanged, removed, refused; /* in this step */
  int64_t results;                                       /* chunks in all */
  int64_t mail_next;                                     /* when a letter more may go; 0: none was */
  struct str state, code;                                /* .p NULL: it goes on */
  struct str phase;
  int64_t removals, removals_done;
  int64_t waiting, waiting_line;
  bool waiting_moved;
  struct uuid served_by; /* whoever took it; zero: nobody is known */
};
RESULT store_import_advance(struct store_tx *tx, const struct uuid *job, const struct store_import_progress *progress,
                            struct store_object *ret_job, struct str *ret_named);

struct store_import_result {
  int64_t place; /* of so many lines of the content */
  int64_t number;
  bool refused;
  struct str lines;
};
/* Queued. */
RESULT store_import_result_put(struct store_tx *tx, const struct uuid *job, const struct store_import_result *result);

struct store_import_results {
  struct store_import_key key;
  int64_t place;       /* the first */
  const bool *refused; /* NULL: all */
  int64_t limit;
};
/* One for each place, with all that it has. */
RESULT store_import_result_list(const struct store_call *call, const struct store_import_results *wanted,
                                const struct store_import_result **ret_results, size_t *ret_count);

/* Of all that the scope has. */
RESULT store_import_waiting(const struct store_call *call, int64_t *ret_running, int64_t *ret_waiting);

/* Removes jobs that ended, and those that were opened and never started, before those times. */
RESULT store_import_prune(const struct store_call *call, int64_t ended, int64_t opened);
