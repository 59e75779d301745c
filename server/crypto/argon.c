/* Argon2 by libargon2, in memory that is kept: to get and give back five thousand pages for each hash takes a tenth
   of its time, and a login flood is answered that much slower. */
#include "crypto/argon.h"
#include <argon2.h>
#include <pthread.h>
#include <sys/mman.h>

/* A block over `LARGEST` would be held for what is asked for once. */
enum { KEPT_MOST = 64, HUGE_PAGE = 2 << 20, LARGEST = 64 << 20 };

struct block {
  uint8_t *memory;
  size_t length; /* in whole huge pages */
};

static struct {
  pthread_mutex_t lock;
  struct block blocks[KEPT_MOST];
  unsigned count, most;
} kept = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* What this thread computes in: libargon2 gives back the size that it asked for, and the block may be a larger one. */
static _Thread_local struct block taken;

static size_t mapped(size_t n) { return (n + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE; }

void crypto_argon_keep(unsigned most)
{
  kept.most = most < KEPT_MOST ? most : KEPT_MOST;
  while (kept.count > kept.most) {
    struct block *last = &kept.blocks[--kept.count];
    (void)munmap(last->memory, last->length);
  }
}

/* In whole huge pages where the kernel has them: the blocks are read in no order, and each would miss the TLB. */
static uint8_t *map(size_t length)
{
  uint8_t *all = mmap(NULL, length + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (all == MAP_FAILED)
    return NULL;
  size_t head = HUGE_PAGE - (uintptr_t)all % HUGE_PAGE;
  (void)munmap(all, head);
  if (head < HUGE_PAGE)
    (void)munmap(all + head + length, HUGE_PAGE - head);
  (void)madvise(all + head, length, MADV_HUGEPAGE);
  return all + head;
}

/* Where one that is large enough stands among the kept, their count when there is none. A smaller hash in a larger block costs
   nothing, and with memory of its own it would be told from the others by its time. */
static unsigned place_of(size_t length)
{
  unsigned at = 0;
  while (at < kept.count && kept.blocks[at].length < length)
    at++;
  return at;
}

static int take(uint8_t **ret_memory, size_t n)
{
  struct block block = {NULL, mapped(n)};
  pthread_mutex_lock(&kept.lock);
  unsigned at = place_of(block.length);
  if (at < kept.count) {
    block = kept.blocks[at];
    kept.blocks[at] = kept.blocks[--kept.count];
  }
  pthread_mutex_unlock(&kept.lock);
  if (!block.memory)
    block.memory = map(block.length);
  taken = block;
  *ret_memory = block.memory;
  return block.memory ? ARGON2_OK : ARGON2_MEMORY_ALLOCATION_ERROR;
}

/* libargon2 has wiped it. When all places are taken, by blocks that were too small, the oldest makes room. */
static void give(uint8_t *memory, size_t n)
{
  (void)memory;
  (void)n;
  struct block gone = taken;
  pthread_mutex_lock(&kept.lock);
  if (kept.most > 0 && taken.length <= LARGEST) {
    gone = (struct block){0};
    if (kept.count == kept.most) {
      gone = kept.blocks[0];
      memmove(kept.blocks, kept.blocks + 1, --kept.count * sizeof *kept.blocks);
    }
    kept.blocks[kept.count++] = taken;
  }
  pthread_mutex_unlock(&kept.lock);
  if (gone.memory)
    (void)munmap(gone.memory, gone.length);
}

RESULT crypto_argon_compute(const struct crypto_argon *by, struct secret password, size_t n, unsigned char *ret_tag)
{
  unsigned char tag[CRYPTO_ARGON_MOST], salt[CRYPTO_ARGON_MOST];
  if (n > sizeof tag || by->salt.n > sizeof salt)
    return FAULT(R_INTERNAL);
  memcpy(salt, by->salt.p, by->salt.n);
  argon2_context context = {.out = tag,
                            .outlen = (uint32_t)n,
                            .pwd = password.p,
                            .pwdlen = (uint32_t)password.n,
                            .salt = salt,
                            .saltlen = (uint32_t)by->salt.n,
                            .t_cost = by->cost.passes,
                            .m_cost = by->cost.memory,
                            .lanes = by->cost.lanes,
                            .threads = 1, /* a turn at computing is one processor's */
                            .version = ARGON2_VERSION_13,
                            .allocate_cbk = take,
                            .free_cbk = give};
  int made = by->blind ? argon2i_ctx(&context) : argon2id_ctx(&context);
  if (made == ARGON2_MEMORY_ALLOCATION_ERROR)
    return R_NO_MEMORY;
  if (made != ARGON2_OK)
    return FAULT(R_INTERNAL);
  memcpy(ret_tag, tag, n);
  secret_wipe(tag, sizeof tag);
  return R_OK;
}

RESULT crypto_argon_tag(struct crypto_cost cost, struct secret password, const unsigned char salt[CRYPTO_ARGON_SALT],
                        unsigned char ret_tag[CRYPTO_ARGON_TAG])
{
  struct crypto_argon by = {.cost = cost, .salt = {(const char *)salt, CRYPTO_ARGON_SALT}};
  return crypto_argon_compute(&by, password, CRYPTO_ARGON_TAG, ret_tag);
}
