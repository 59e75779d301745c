/* The proof that a request was checked: which rows a store call may touch. Only policy makes one, only db reads one. */
#pragma once

struct scope;
