// A directory of the test, and files and directories in it.
#pragma once

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "support/catch.hpp"

namespace mesoscore::test {

class Tree {
 public:
  Tree() {
    std::string name = (std::filesystem::temp_directory_path() / "mesoscore-containers.XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    root_ = name;
  }
  ~Tree() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  const std::string& root() const { return root_; }
  std::string operator/(const std::string& path) const { return root_ + "/" + path; }
  void make(const std::string& path) { std::filesystem::create_directories(*this / path); }
  void write(const std::string& path, const std::string& text) {
    make(std::filesystem::path(path).parent_path());
    std::ofstream(*this / path, std::ios::binary) << text;
  }
  std::string read(const std::string& path) const {
    std::stringstream text;
    text << std::ifstream(*this / path, std::ios::binary).rdbuf();
    return text.str();
  }
  void link(const std::string& path, const std::string& target) {
    std::filesystem::create_symlink(target, *this / path);
  }
  bool has(const std::string& path) const {
    return std::filesystem::exists(std::filesystem::symlink_status(*this / path));
  }
  // As if it had been changed so long ago.
  void age(const std::string& path, std::chrono::seconds by) {
    const auto at = std::chrono::system_clock::now() - by;
    const timespec then{std::chrono::system_clock::to_time_t(at), 0};
    const timespec both[2] = {then, then};
    REQUIRE(::utimensat(AT_FDCWD, (*this / path).c_str(), both, AT_SYMLINK_NOFOLLOW) == 0);
  }

 private:
  std::string root_;
};

}  // namespace mesoscore::test
