#ifndef BASE_CHANGE_LOCK_H
#define BASE_CHANGE_LOCK_H

#include <pthread.h>

// A lock for what many read and few change: who waits to change comes before who reads next. With
// the default kind (pthread_rwlockattr_setkind_np(3)) readers without a pause between them keep a
// change out for ever. A thread must not read again while it reads.
void change_lock_init(pthread_rwlock_t *lock);

#endif
