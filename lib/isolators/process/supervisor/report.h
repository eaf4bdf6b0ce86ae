#pragma once

#include "protocol.h"

// False: nobody listens any more.
int send_report(const struct MesoReport* report);
