/* What a request that came to nothing is answered, logged and remembered as. */
#pragma once
#include "api/call.h"

/* Writes the problem, logs it at the result's level, and puts a refusal event where somebody was kept out. */
void api_refuse(struct api_call *call, enum result why);
