// What tests need of the devices isolator besides its factory.
#pragma once

#include <memory>
#include <string>

#include "mesoscore/isolators/linux.hpp"

namespace mesoscore::devices_detail {

// Devices are looked up below `dev` in the place of /dev. In containers they are in /dev nevertheless.
std::shared_ptr<Isolator> devices_of(isolators::DeviceOptions options, std::string dev);

}  // namespace mesoscore::devices_detail
