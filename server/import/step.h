/* One step of a job: some rows, and how far it is then, in one transaction. Whoever dies in it has done nothing of
   it. */
#pragma once
#include "domain/refusal.h"
#include "store/import.h"

/* How a step is to be taken. */
struct import_pace {
  struct uuid self; /* tells whose steps are this one's; zero: nobody's */
  uint64_t known;   /* behind the step before: the snapshot is to know it at the end of this one; 0: none */
  struct domain_refusal *refusals; /* of rows that were kept out */
  int rows;                        /* at most in a step */
  struct uuid stuck;               /* a job whose next row failed by itself; zero: none */
  enum result reason;              /* that row is refused with this */
  struct uuid only;                /* a step of this job and no other; zero: of any */
};
struct import_pace import_pace_of(struct domain_refusal *refusals);

struct import_stepped {
  struct uuid job; /* zero while none was taken */
  bool alone;      /* its rows were taken one by one */
  int rows;
  int64_t created, updated, unchanged, removed, refused;
  uint64_t revision; /* behind it */
};

/* What a step that ended so means for the next of its job: a row that fails by itself is refused. */
void import_pace_learn(struct import_pace *pace, const struct import_stepped *stepped, enum result r);

/* A job whose turn it is, of those that no other process is at, or that one. R_NOT_FOUND: there is nothing to do.
   Any other failure: nothing of the step is done; *ret_stepped says which job's it was. That job is put
   off, others first, and taken row by row from then on; one that has failed too often by itself is stopped. */
RESULT import_step(const struct domain *domain, const struct import_pace *pace, struct arena *arena,
                   struct import_stepped *ret_stepped);
