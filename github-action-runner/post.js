// SPDX-License-Identifier: Apache-2.0
// The end of the job; nothing to start for it where main has told everything.
'use strict';
if (!process.env.STATE_done) require('./main').run('post');
