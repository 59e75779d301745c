/* Writes mails. Trusts: neither names nor addresses. */
#include "jobs/letter.h"
#include "base/buf.h"
#include "base/text.h"
#include <time.h>

/* QP_LINE leaves room for the mark of a soft line break; WORD for "=?utf-8?Q?" and "?=", and FIRST_WORD for the
   header's name too, within 75 (RFC 2047 section 2). */
enum {
  ADDRESS_MOST = 254,
  LOCAL_MOST = 64,
  LABEL_MOST = 63,
  MESSAGE_MOST = 1 << 18,
  SUBJECT_MOST = 200,
  PLAIN_MOST = 70
};
enum { QP_LINE = 75, WORD = 63, FIRST_WORD = 54 };

static bool is_alphanumeric(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* A character beyond ASCII (RFC 6531 section 3.3); what it is, jobs_letter_address has looked at. */
static bool is_wide(char c) { return ((unsigned char)c & 0x80) != 0; }

static bool is_atom(struct str atom)
{
  for (size_t i = 0; i < atom.n; i++)
    if (!is_alphanumeric(atom.p[i]) && !is_wide(atom.p[i]) && (atom.p[i] == '\0' || !strchr("!#$%&'*+-/=?^_`{|}~", atom.p[i])))
      return false;
  return atom.n > 0;
}

static bool is_label(struct str label)
{
  for (size_t i = 0; i < label.n; i++)
    if (!is_alphanumeric(label.p[i]) && !is_wide(label.p[i]) && label.p[i] != '-')
      return false;
  return label.n > 0 && label.n <= LABEL_MOST && label.p[0] != '-' && label.p[label.n - 1] != '-';
}

static bool all_of(struct str text, bool (*good)(struct str part))
{
  do {
    if (!good(str_cut(&text, '.')))
      return false;
  } while (text.p);
  return true;
}

/* Good UTF-8, without C1 controls and the two separators of lines (U+2028, U+2029). */
static bool is_text(struct str text)
{
  static const char controls[] = "\xc2", separators[] = "\xe2\x80";
  while (text.n > 0) {
    size_t n = text_utf8_next(text);
    bool control = n == 2 && text.p[0] == controls[0] && (unsigned char)text.p[1] < 0xa0;
    bool separator = n == 3 && memcmp(text.p, separators, 2) == 0 && ((unsigned char)text.p[2] | 1) == 0xa9;
    if (n == 0 || control || separator)
      return false;
    text = (struct str){text.p + n, text.n - n};
  }
  return true;
}

bool jobs_letter_is_international(struct str address)
{
  for (size_t i = 0; i < address.n; i++)
    if (is_wide(address.p[i]))
      return true;
  return false;
}

bool jobs_letter_address(struct str address)
{
  struct str domain = address, local = str_cut(&domain, '@');
  return is_text(address) && address.n <= ADDRESS_MOST && local.n <= LOCAL_MOST && domain.p && all_of(local, is_atom) &&
         all_of(domain, is_label);
}

/* At most so many bytes, and no character cut in two. */
static struct str cut_at(struct str text, size_t most)
{
  struct str rest = text;
  size_t n = 0, step;
  while (rest.n > 0 && (step = text_utf8_next(rest)) > 0 && n + step <= most) {
    n += step;
    rest = (struct str){rest.p + step, rest.n - step};
  }
  return (struct str){text.p, n};
}

static void put_hex(struct buf *b, char c) { buf_print(b, "=%02X", (unsigned)(unsigned char)c); }

static bool is_plain(struct str subject)
{
  for (size_t i = 0; i < subject.n; i++)
    if (subject.p[i] < ' ' || subject.p[i] > '~' ||
        (subject.p[i] == '=' && i + 1 < subject.n && subject.p[i + 1] == '?'))
      return false;
  return subject.n <= PLAIN_MOST;
}

/* One encoded word (RFC 2047), as much of the text as fits. */
static size_t put_word(struct buf *b, struct str text, size_t room)
{
  struct str piece = cut_at(text, room / 3);
  buf_put(b, STR("=?utf-8?Q?"));
  for (size_t i = 0; i < piece.n; i++) {
    unsigned char c = (unsigned char)piece.p[i];
    if (is_alphanumeric(piece.p[i]))
      buf_put_char(b, piece.p[i]);
    else
      put_hex(b, c < ' ' || c == 0x7f ? ' ' : piece.p[i]);
  }
  buf_put(b, STR("?="));
  return piece.n;
}

static void put_subject(struct buf *b, struct str subject)
{
  struct str rest = cut_at(subject, SUBJECT_MOST);
  buf_put(b, STR("Subject: "));
  if (is_plain(subject)) {
    buf_put(b, subject);
    rest.n = 0;
  }
  for (size_t room = FIRST_WORD; rest.n > 0; room = WORD) {
    size_t n = put_word(b, rest, room);
    rest = (struct str){rest.p + n, rest.n - n};
    if (rest.n > 0)
      buf_put(b, STR("\r\n "));
  }
  buf_put(b, STR("\r\n"));
}

static void put_date(struct buf *b, int64_t date)
{
  static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  time_t seconds = (time_t)(date / CLOCK_SECOND);
  struct tm t;
  gmtime_r(&seconds, &t);
  buf_print(b, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[t.tm_wday], t.tm_mday, months[t.tm_mon],
            t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

/* A line of the body; a space at its end would be lost on the way. */
static void put_line(struct buf *b, struct str line)
{
  size_t column = 0;
  for (size_t i = 0; i < line.n; i++) {
    char c = line.p[i];
    bool literal = (c > ' ' && c <= '~' && c != '=') || (c == ' ' && i + 1 < line.n);
    size_t width = literal ? 1 : 3;
    if (column + width > QP_LINE) {
      buf_put(b, STR("=\r\n"));
      column = 0;
    }
    if (literal)
      buf_put_char(b, c);
    else
      put_hex(b, c);
    column += width;
  }
  buf_put(b, STR("\r\n"));
}

RESULT jobs_letter_write(const struct jobs_letter *letter, struct arena *arena, struct str *ret_message)
{
  struct buf b = buf_in(arena, MESSAGE_MOST);
  struct str body = letter->body, domain = letter->from;
  if (!jobs_letter_address(letter->from) || !jobs_letter_address(letter->to))
    return R_MALFORMED;
  (void)str_cut(&domain, '@');
  buf_print(&b, "From: %.*s <%.*s>\r\n", (int)letter->from_name.n, letter->from_name.p, (int)letter->from.n,
            letter->from.p);
  buf_print(&b, "To: <%.*s>\r\n", (int)letter->to.n, letter->to.p);
  put_subject(&b, letter->subject);
  put_date(&b, letter->date);
  buf_print(&b, "Message-ID: <%.*s@%.*s>\r\n", (int)letter->id.n, letter->id.p, (int)domain.n, domain.p);
  buf_put(&b, STR("Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                  "Content-Transfer-Encoding: quoted-printable\r\n\r\n"));
  while (body.n > 0)
    put_line(&b, str_cut(&body, '\n'));
  *ret_message = buf_str(&b);
  return ret_message->p ? R_OK : R_TOO_LARGE;
}
