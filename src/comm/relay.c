#include "comm/relay.h"

#include "base/clock.h"
#include "base/fault.h"
#include "comm/watch.h"

// Until a rank has handed so many of this step's groups on.
static double wait_for(const ls_relay *relay, int rank, uint32_t groups)
{
  return ls_tally_wait(&relay->counts[rank], relay->before + groups);
}

// Who waits has come as far as the legs that it does not hold up: ls_watch_arrive.
static void arrive(int from, int to)
{
  for (int leg = from; leg < to; leg++) {
    ls_watch_arrive();
  }
}

void ls_relay_take(ls_relay *relay, int group)
{
  if (group == 0) {
    arrive(0, relay->own);
    relay->before = relay->handed;
    relay->waited = 0;
    relay->begun = ls_clock_seconds();
  }
  if (group == 0 && relay->own == 0 && relay->above) {
    relay->waited += ls_tally_wait(relay->above, relay->steps);
  }
  if (relay->own > 0) {
    relay->waited += wait_for(relay, relay->own - 1, (uint32_t)group + 1);
  }
}

void ls_relay_hand_on(ls_relay *relay)
{
  ls_fault_pause("relay", relay->own);
  ls_tally_raise(&relay->counts[relay->own], ++relay->handed);
}

double ls_relay_take_all(ls_relay *relay, int groups)
{
  relay->worked = ls_clock_seconds() - relay->begun - relay->waited;
  arrive(relay->own, relay->ranks);
  relay->waited += wait_for(relay, relay->ranks - 1, (uint32_t)groups);
  return relay->waited;
}

void ls_relay_tell_above(ls_relay *relay)
{
  if (relay->above && relay->own == relay->ranks - 1) {
    ls_tally_raise(relay->above, relay->steps + 1);
  }
}

void ls_relay_end_step(ls_relay *relay)
{
  ls_relay_tell_above(relay);
  relay->steps++;
}

void ls_relay_look(ls_relay *relay)
{
  relay->posts = !relay->player.ball ||
                 ls_trip_of(ls_trip_seconds(&relay->player)) == LS_TRIP_APART;
}
