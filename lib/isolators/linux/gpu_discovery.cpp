#include "isolators/linux/gpu_discovery.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <utility>

#include "core/messages.hpp"
#include "core/text_cat.hpp"

namespace mesoscore {

namespace devices_detail {

namespace {

constexpr std::string_view kPrefix = "nvidia";
constexpr const char* kShared[] = {"nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia-modeset"};

// 12 of "nvidia12".
std::optional<unsigned> number_of(std::string_view name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  unsigned number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return number;
}

class NvidiaDeviceNodes final : public isolators::GpuDiscovery {
 public:
  explicit NvidiaDeviceNodes(std::string dev) : dev_(std::move(dev)) {}

  Result<std::vector<Gpu>> gpus() override;
  std::vector<isolators::Device> shared_devices() override;

 private:
  bool is_device(const std::string& name) const {
    struct stat found {};
    return ::stat((dev_ + "/" + name).c_str(), &found) == 0 && S_ISCHR(found.st_mode);
  }

  std::string dev_;
};

Result<std::vector<isolators::GpuDiscovery::Gpu>> NvidiaDeviceNodes::gpus() {
  std::error_code code;
  std::vector<std::pair<unsigned, std::string>> found;
  for (std::filesystem::directory_iterator at(dev_, code), end; !code && at != end; at.increment(code)) {
    std::string name = at->path().filename().string();
    if (const auto number = number_of(name); number && is_device(name))
      found.emplace_back(*number, std::move(name));
  }
  if (code) return fail(Error(code, cat("cannot read ", in_quotes(dev_), ": ", code.message())));
  std::sort(found.begin(), found.end());
  std::vector<Gpu> gpus;
  for (auto& [number, name] : found) {
    std::string path = "/dev/" + name;
    gpus.push_back({std::move(name), {{.path = std::move(path)}}});
  }
  return gpus;
}

std::vector<isolators::Device> NvidiaDeviceNodes::shared_devices() {
  std::vector<isolators::Device> all;
  for (const char* name : kShared) {
    if (is_device(name)) all.push_back({.path = cat("/dev/", name)});
  }
  return all;
}

}  // namespace

std::shared_ptr<isolators::GpuDiscovery> nvidia_device_nodes_in(std::string dev) {
  return std::make_shared<NvidiaDeviceNodes>(std::move(dev));
}

}  // namespace devices_detail

std::shared_ptr<isolators::GpuDiscovery> isolators::nvidia_device_nodes() {
  return devices_detail::nvidia_device_nodes_in("/dev");
}

}  // namespace mesoscore
