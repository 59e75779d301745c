/* The items of a page of a list, each as the service wrote it. */
#pragma once
#include "base/str.h"

/* What stands between the brackets of "items"; false when the text is no object with such an array. */
bool client_items_open(struct str page, struct str *ret_rest);

/* Cuts off the next item; false behind the last. */
bool client_items_next(struct str *rest, struct str *ret_item);
