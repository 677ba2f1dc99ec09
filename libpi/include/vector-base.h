/* vector-base.h - where the exception vectors lie (ARM1176 TRM 3.2.43); 0 after reset. The address
 * is a multiple of 32. */
#ifndef VECTOR_BASE_H
#define VECTOR_BASE_H

void *vector_base_get(void);

/* Both return the base before. */
void *vector_base_set(void *vec);
void *vector_base_reset(void *vec);

#endif
