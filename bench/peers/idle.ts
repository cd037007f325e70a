// Lives until it is killed, and does nothing.

setInterval(() => {}, 3_600_000);
