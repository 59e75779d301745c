/* What this libmicrohttpd can do at most: an empty reply to whatever comes, until SIGTERM.
   empty PORT THREADS CONNECTIONS */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static enum MHD_Result reply(void *response, struct MHD_Connection *connection, const char *url, const char *method,
                             const char *version, const char *upload, size_t *upload_size, void **context)
{
  (void)url, (void)method, (void)version, (void)upload, (void)upload_size;
  static int seen;
  if (*context) /* what is answered at the first call closes the connection */
    return MHD_queue_response(connection, 200, response);
  *context = &seen;
  return MHD_YES;
}

int main(int argc, char **argv)
{
  if (argc != 4)
    return 2;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10))};
  unsigned threads = (unsigned)strtoul(argv[2], NULL, 10), connections = (unsigned)strtoul(argv[3], NULL, 10);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sigset_t signals;
  int signal;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigprocmask(SIG_BLOCK, &signals, NULL);
  struct MHD_Response *response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
  struct MHD_Daemon *daemon = MHD_start_daemon(
      MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, reply, response, MHD_OPTION_SOCK_ADDR, &address,
      MHD_OPTION_THREAD_POOL_SIZE, threads, MHD_OPTION_CONNECTION_LIMIT, (connections + 1) * threads, MHD_OPTION_END);
  if (!daemon)
    return 1;
  puts("ready");
  fflush(stdout);
  sigwait(&signals, &signal);
  MHD_stop_daemon(daemon);
  MHD_destroy_response(response);
  return 0;
}
