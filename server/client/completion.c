/* Writes a function of bash that knows the table. Trusts: the table. */
#include "client/completion.h"
#include "client/command.h"

static void put_words(struct buf *out, const char *words)
{
  for (; *words; words++)
    buf_put_char(out, *words == '|' ? ' ' : *words);
}

static void put_first(const char *others, struct buf *out)
{
  const struct client_noun *noun;
  buf_put(out, STR("  1:*) words='"));
  for (size_t i = 0; (noun = client_command_noun(i)); i++)
    buf_print(out, "%s ", noun->name);
  buf_print(out, "%s' ;;\n", others);
}

static void put_verbs(const char *noun, struct buf *out)
{
  const struct client_verb *verb;
  buf_print(out, "  2:%s) words='", noun);
  for (size_t i = 0; (verb = client_command_verb(i)); i++)
    if (strcmp(verb->noun, noun) == 0 && verb->name[0])
      buf_print(out, "%s ", verb->name);
  buf_put(out, STR("' ;;\n"));
}

/* Nouns that are the whole command: what stands behind them is no verb. */
static void put_whole(struct buf *out)
{
  const struct client_verb *verb;
  buf_put(out, STR("  [[ ' "));
  for (size_t i = 0; (verb = client_command_verb(i)); i++)
    if (!verb->name[0])
      buf_print(out, "%s ", verb->noun);
  buf_put(out, STR("' == *\" ${COMP_WORDS[1]} \"* ]] && command=${COMP_WORDS[1]}\n"));
}

/* "--external-id" of external_id. */
static void put_name(const struct client_member *member, struct buf *out)
{
  buf_put(out, STR("--"));
  for (const char *c = member->name; *c; c++)
    buf_put_char(out, *c == '_' ? '-' : *c);
}

static void put_options(const struct client_verb *verb, struct buf *out)
{
  const struct client_member *member;
  buf_print(out, "  '%s%s%s') words='", verb->noun, verb->name[0] ? " " : "", verb->name);
  for (size_t i = 0; (member = client_command_member(i)); i++)
    if (member->place != CLIENT_FIXED && client_command_takes(verb, member)) {
      put_name(member, out);
      buf_put_char(out, ' ');
    }
  buf_put(out, STR("' ;;\n"));
}

/* What may stand behind an option: one of its choices, or a file. */
static void put_choices(const struct client_member *member, struct buf *out)
{
  const char *choices = member->kind == CLIENT_FLAG ? "true|false" : member->choices;
  bool file =
      member->kind == CLIENT_FILE || strcmp(member->name, "ca") == 0 || strcmp(member->name, "client_file") == 0;
  if (member->place == CLIENT_FIXED || (!choices && !file))
    return;
  if (member->noun[0])
    buf_print(out, "  '%s%s%s ", member->noun, member->verb[0] ? " " : "", member->verb);
  else
    buf_put(out, STR("  *' "));
  put_name(member, out);
  if (file)
    buf_put(out, STR("') compopt -o default; return ;;\n"));
  else {
    buf_put(out, STR("') words='"));
    put_words(out, choices);
    buf_put(out, STR("' ;;\n"));
  }
}

void client_completion_put(const char *others, struct buf *out)
{
  const struct client_noun *noun;
  const struct client_verb *verb;
  const struct client_member *member;
  buf_put(out, STR("# Completion of bailiwick for bash, made by `bailiwick completion bash`.\n"
                   "_bailiwick()\n{\n"
                   "  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words='' command\n"
                   "  [[ $current == = ]] && current=\n"
                   "  [[ $before == = ]] && before=${COMP_WORDS[COMP_CWORD-2]}\n"
                   "  case \"$COMP_CWORD:${COMP_WORDS[1]}\" in\n"));
  put_first(others, out);
  for (size_t i = 0; (noun = client_command_noun(i)); i++)
    put_verbs(noun->name, out);
  buf_put(out, STR("  esac\n"
                   "  command=\"${COMP_WORDS[1]} ${COMP_WORDS[2]}\"\n"
                   "  [[ ${COMP_WORDS[2]} == -* || $COMP_CWORD == 2 ]] && command=${COMP_WORDS[1]}\n"));
  put_whole(out);
  buf_put(out, STR("  [[ $current != -* ]] && case \"$command $before\" in\n"));
  for (size_t i = 0; (member = client_command_member(i)); i++)
    put_choices(member, out);
  buf_put(out, STR("  esac\n"
                   "  [[ $current == -* ]] && case \"$command\" in\n"));
  for (size_t i = 0; (verb = client_command_verb(i)); i++)
    put_options(verb, out);
  buf_put(out, STR("  esac\n"
                   "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
                   "}\n"
                   "complete -F _bailiwick bailiwick\n"));
}
