/* A thread that does something now and then until it is told to end, at once also where it sleeps. */
#pragma once
#include "base/clock.h"
#include "base/result.h"
#include <pthread.h>
#include <stdbool.h>

struct jobs_pulse {
  pthread_t thread;
  pthread_mutex_t lock; /* holds stop */
  pthread_cond_t wake;
  bool stop;
};

/* Runs body(self) on a thread of its own. */
RESULT jobs_pulse_start(struct jobs_pulse *pulse, void *(*body)(void *self), void *self);

/* For the body: sleeps so many microseconds, or until the end; then it is false. */
bool jobs_pulse_sleep(struct jobs_pulse *pulse, int64_t time);

/* Ends the thread, and waits for it. */
void jobs_pulse_stop(struct jobs_pulse *pulse);
