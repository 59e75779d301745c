/* The private cluster that tests/run has made and migrated, for a test's own folder: to make another takes seconds. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

/* Debian's own commands of these names are scripts in Perl, which take ten times as long as most statements. */
#define PROGRAMS "/usr/lib/postgresql/15/bin/"

/* A copy, where there is one to be copied. */
static inline void template_copy(const char *folder)
{
  const char *made = getenv("TEST_CLUSTER");
  char command[600];
  if (!made)
    return;
  snprintf(command, sizeof command, "cp -a -- '%s' '%s'", made, folder);
  assert_int_equal(system(command), 0);
}
