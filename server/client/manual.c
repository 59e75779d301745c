/* Writes roff. Trusts: the table, and what the program says of itself. */
#include "client/manual.h"
#include "client/command.h"

/* Text that roff takes for nothing else (groff_char(7)). */
static void put_text(struct str text, struct buf *out)
{
  for (size_t i = 0; i < text.n; i++) {
    char c = text.p[i];
    bool first = i == 0 || text.p[i - 1] == '\n';
    if (first && (c == '.' || c == '\''))
      buf_put(out, STR("\\&"));
    if (c == '\\')
      buf_put(out, STR("\\e"));
    else if (c == '-')
      buf_put(out, STR("\\-"));
    else
      buf_put_char(out, c);
  }
}

static void put_line(struct str text, struct buf *out)
{
  put_text(text, out);
  buf_put_char(out, '\n');
}

static void put_option(const struct client_member *member, struct buf *out)
{
  struct buf line = buf_in(out->arena, 4096);
  client_command_put_option(member, &line);
  buf_put(out, STR(".TP\n.B "));
  put_line(buf_str(&line), out);
  put_line(str_of(member->help), out);
}

static void put_options(const char *noun, const char *verb, struct buf *out)
{
  const struct client_member *member;
  for (size_t i = 0; (member = client_command_member(i)); i++)
    if (member->place != CLIENT_FIXED && strcmp(member->noun, noun) == 0 && strcmp(member->verb, verb) == 0)
      put_option(member, out);
}

static void put_verb(const struct client_verb *verb, struct buf *out)
{
  struct buf line = buf_in(out->arena, 4096);
  client_command_put(verb, &line);
  buf_put(out, STR(".TP\n.B bailiwick "));
  put_line(buf_str(&line), out);
  put_line(str_of(verb->help), out);
  buf_put(out, STR(".RS\n"));
  put_options(verb->noun, verb->name, out);
  buf_put(out, STR(".RE\n"));
}

static const char about[] =
    "Bailiwick is an access\\-control service for a provider, its partners and their customers. This program is the\n"
    "service, and a client of it over the API, from any machine.\n"
    ".PP\n"
    "A tenant is named by its id, by its external_id or its code, or by \\(lq.\\(rq for one\\(aqs own, which may be\n"
    "left out. A person, a machine or a role is named by its id or by TENANT/NAME, in one\\(aqs own tenant by NAME\n"
    "alone: a person\\(aqs is an external_id or the login, a machine\\(aqs an external_id or the display name.\n"
    "Behind \\(lq\\-\\-\\(rq no word is an option.\n";

static const char ends[] =
    ".SH EXIT STATUS\n"
    ".TP\n0\nall of it was done\n"
    ".TP\n1\nthe service refused: standard error has its code, the fields that are wrong, and the request\\(aqs id\n"
    ".TP\n2\nof several things, or rows of a file, some were refused, each by name; the others are done\n"
    ".TP\n3\nnot begun: wrong words, no session, or no service\n"
    ".SH ENVIRONMENT\n"
    ".TP\nBAILIWICK_URL\nwhere the service is: https://, or http:// to the same machine alone\n"
    ".TP\nBAILIWICK_CA\nthe certificates that vouch for it, in PEM; the system\\(aqs unless set\n"
    ".TP\nBAILIWICK_CLIENT_ID, BAILIWICK_CLIENT_SECRET, BAILIWICK_CLIENT_SECRET_FILE\n"
    "a machine\\(aqs credential, in the place of a login\n"
    ".TP\nBAILIWICK_CLIENT_FILE\na file with both as JSON, client_id and client_secret, which nobody else may open\n"
    ".TP\nXDG_STATE_HOME\nthe folder for state; ~/.local/state unless set\n"
    ".SH FILES\n"
    ".TP\n~/.local/state/bailiwick/session.json\n"
    "the session of a person, mode 0600; a machine\\(aqs is in ID.json. One that others may open is refused.\n";

void client_manual_put(const struct client_program *program, struct buf *out)
{
  const struct client_verb *verb;
  buf_print(out,
            ".\\\" Made by `bailiwick manual`.\n.TH BAILIWICK 1 \"\" \"bailiwick %s\"\n"
            ".SH NAME\nbailiwick \\- who may do what inside whose\n"
            ".SH SYNOPSIS\n.B bailiwick\n.I COMMAND\n[\\fIoptions\\fR]\n.SH DESCRIPTION\n",
            program->version);
  buf_put(out, str_of(about));
  buf_put(out, STR(".SH COMMANDS\n"));
  for (size_t i = 0; (verb = client_command_verb(i)); i++)
    put_verb(verb, out);
  buf_put(out, STR(".SH OPTIONS OF EVERY COMMAND\n"));
  put_options("", "", out);
  buf_put(out, str_of(ends));
  buf_put(out, STR(".SH THE SERVICE\n.nf\n"));
  put_text(program->usage, out);
  buf_put(out, STR(".fi\n"));
}
