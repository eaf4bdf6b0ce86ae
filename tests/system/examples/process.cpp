#include "process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

extern char** environ;

namespace {

std::string read_file(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace

TempDirectory::TempDirectory()
    : path_((std::filesystem::temp_directory_path() / "mesoscore-test-XXXXXX").string()) {
  if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("cannot create " + path_);
  std::filesystem::permissions(path_, std::filesystem::perms(0755));  // users of tasks pass through it
}

TempDirectory::~TempDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Process::Process(std::vector<std::string> argv) {
  std::vector<char*> pointers;
  for (std::string& argument : argv) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  const int flags = O_WRONLY | O_CREAT | O_APPEND;
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, files_.path("out").c_str(), flags, 0600);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, files_.path("err").c_str(), flags, 0600);
  const int error = posix_spawn(&pid_, argv[0].c_str(), &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error("cannot start " + argv[0]);
}

Process::~Process() {
  if (pid_ == -1) return;
  // In good order first, so that an agent under test does not leave its tasks behind.
  signal(SIGTERM);
  if (!eventually([this] { return reap(); }, std::chrono::seconds(10))) wait(std::chrono::seconds(0));
}

bool Process::reap() {
  int status = 0;
  if (pid_ == -1) return true;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return false;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  pid_ = -1;
  return true;
}

int Process::wait(std::chrono::seconds patience) {
  if (eventually([this] { return reap(); }, patience)) return exit_code_;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
  return -1;
}

void Process::signal(int number) const {
  if (pid_ != -1) kill(pid_, number);
}

std::string Process::line(const std::string& word, std::chrono::seconds patience) const {
  std::string found;
  eventually(
      [&] {
        std::istringstream text(out());
        for (std::string line; std::getline(text, line);) {
          if (line.compare(0, word.size() + 1, word + " ") != 0 || text.eof()) continue;  // eof: half a line
          found = line.substr(word.size() + 1);
          return true;
        }
        return false;
      },
      patience);
  return found;
}

std::string Process::out() const { return read_file(files_.path("out")); }
std::string Process::err() const { return read_file(files_.path("err")); }

int processes_with(const std::string& text) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::string command = read_file(entry.path().string() + "/cmdline");
    for (char& c : command) {
      if (c == '\0') c = ' ';
    }
    if (command.find(text) != std::string::npos) ++count;
  }
  return count;
}
