// The processes below a supervisor. It is their subreaper: whoever loses its parent becomes its child, so a process
// without children has nothing left below it.
#pragma once

// Sends the signal to the group of `main`, and to all descendants outside of that group.
void tree_signal(int main, int signal_number);

// Sends SIGKILL to every child of the calling process. Returns how many there are.
int tree_kill_children(void);

// The same, for all children but those that `keep` says yes to.
int tree_kill_children_except(int (*keep)(void* context, int pid), void* context);

// Kills and reaps until no child is left.
void tree_end(void);
