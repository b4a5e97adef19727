console.info("chat");
