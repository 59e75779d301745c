/* An import job that the process which opens it fills and runs as well; whoever else runs jobs on the database may take
   steps of it too, and goes on with it where that process dies. */
#pragma once
#include "import/actor.h"
#include "import/job.h"
#include "import/step.h"

struct import_local {
  const struct import_actor *actor;
  struct import_pace pace;
  struct store_import_key key;
  int64_t received;
};

/* R_NOT_FOUND, R_FORBIDDEN where the actor may not import at the job's tenant. */
RESULT import_local_open(const struct import_actor *actor, const struct import_job_new *job,
                         struct domain_refusal *refusals, struct arena *arena, struct import_local *ret_local);

/* What follows; R_TOO_LARGE beyond what a job may bring. */
RESULT import_local_fill(struct import_local *local, struct str bytes, struct arena *arena);
RESULT import_local_start(struct import_local *local, struct arena *arena);

/* A step of it. R_NOT_FOUND: it has ended, or another process is at it. */
RESULT import_local_step(struct import_local *local, struct arena *arena, struct import_stepped *ret_stepped);
/* Waits for the step under way. R_CONFLICT: it has ended. */
RESULT import_local_cancel(struct import_local *local, struct arena *arena);

/* As the API shows it. */
RESULT import_local_look(const struct import_local *local, struct arena *arena, struct store_object *ret_job);
/* Lines of some of those that were refused, and where the next page begins; 0 behind the last. */
RESULT import_local_refused(const struct import_local *local, int64_t place, struct arena *arena, struct str *ret_lines,
                            int64_t *ret_next);
