//! The picture of the README: the real program in a terminal, against the simulator.

use crate::error::Error;

/// The size of the terminal.
const COLUMNS: u16 = 90;
const ROWS: u16 = 60;

/// Where the simulator listens: the links of the audio are in the picture.
const PORT: u16 = 8417;

/// How much faster time passes, as in the demo.
const SPEED: u32 = 20;

/// What is typed, and when the picture is finished.
#[cfg(unix)]
const SCENES: [Scene; 2] = [
    Scene {
        arguments: &[
            "music",
            "upbeat lo-fi hip hop, 90 BPM, no vocals",
            "--out",
            "song.wav",
        ],
        until: None,
    },
    Scene {
        arguments: &["say", "a slow song about the rain, female vocals"],
        // The bar is on its way.
        until: Some(60),
    },
];

/// One command of the picture.
#[cfg(unix)]
struct Scene {
    arguments: &'static [&'static str],
    /// The percentage of the bar that ends the picture; none to let the command end.
    until: Option<u8>,
}

#[cfg(not(unix))]
pub(crate) fn run() -> Result<(), Error> {
    let _ = (COLUMNS, ROWS, PORT, SPEED);
    Err(Error::Missing("a system with pseudo terminals"))
}

#[cfg(unix)]
pub(crate) fn run() -> Result<(), Error> {
    terminal::run()
}

#[cfg(unix)]
mod terminal {
    use std::fs::File;
    use std::io::{self, Read, Write};
    use std::path::Path;
    use std::process::{Child, Command, Stdio};

    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use rustix::termios::{Winsize, tcsetwinsize};
    use vt100::Parser;

    use super::{COLUMNS, PORT, ROWS, SCENES, SPEED, Scene};
    use crate::error::Error;
    use crate::run::{self, cargo};
    use crate::simulator::{KEY, Simulator};
    use crate::{demo, files, svg};

    pub(super) fn run() -> Result<(), Error> {
        cargo(&demo::BUILD, &[])?;
        let home = run::target().join("picture");
        files::make_empty(&home)?;
        let simulator = Simulator::start_at(PORT, SPEED)?;
        let mut screen = Parser::new(ROWS, COLUMNS, 0);
        for scene in &SCENES {
            let shown: Vec<_> = scene.arguments.iter().map(|word| quoted(word)).collect();
            let line = format!("\x1b[32m$\x1b[0m \x1b[1mima {}\x1b[0m\r\n", shown.join(" "));
            screen.process(line.as_bytes());
            play(scene, &simulator, &home, &mut screen)
                .map_err(|error| Error::Start("ima".to_owned(), error))?;
        }
        let path = run::workspace().join("docs/ima.svg");
        files::write(&path, svg::draw(screen.screen()))?;
        println!("{}", path.display());
        Ok(())
    }

    /// A word as one types it.
    fn quoted(word: &str) -> String {
        if word
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || "-._".contains(it))
        {
            word.to_owned()
        } else {
            format!("\"{word}\"")
        }
    }

    /// Runs a command in a terminal, and says yes where it asks.
    fn play(
        scene: &Scene,
        simulator: &Simulator,
        home: &Path,
        screen: &mut Parser,
    ) -> io::Result<()> {
        let (mut terminal, child) = open(scene.arguments, simulator, home)?;
        let mut child = Ending(child);
        let mut asked = false;
        let mut bytes = [0; 4096];
        // The end of a terminal is an error on some systems.
        while let Ok(count @ 1..) = terminal.read(&mut bytes) {
            screen.process(bytes.get(..count).unwrap_or_default());
            let shown = screen.screen().contents();
            if !asked && shown.trim_end().ends_with("[y/N]") {
                asked = true;
                terminal.write_all(b"y\n")?;
            }
            if let Some(until) = scene.until
                && percent(&shown).is_some_and(|percent| percent >= until)
            {
                return Ok(());
            }
        }
        child.0.wait().map(drop)
    }

    /// A program that ends with the picture.
    struct Ending(Child);

    impl Drop for Ending {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    /// The program on a terminal of its own, and the other end of that.
    fn open(arguments: &[&str], simulator: &Simulator, home: &Path) -> io::Result<(File, Child)> {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let size = Winsize {
            ws_row: ROWS,
            ws_col: COLUMNS,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&master, size)?;
        let name = ptsname(&master, Vec::new())?;
        let name = name.to_string_lossy().into_owned();
        let slave = File::options().read(true).write(true).open(name)?;
        let terminal = || -> io::Result<Stdio> { Ok(slave.try_clone()?.into()) };
        let child = Command::new(run::program("ima"))
            .args(arguments)
            .args(["--clock-rate", &SPEED.to_string()])
            .env_clear()
            .env("HOME", home)
            .env("TERM", "xterm-256color")
            .env("LANG", "C.UTF-8")
            .env("IMA_API_KEY", KEY)
            .env("IMA_BASE_URL", &simulator.origin)
            .env("IMA_CACHE_DIR", run::target().join("ima-cache"))
            .current_dir(home)
            .stdin(terminal()?)
            .stdout(terminal()?)
            .stderr(terminal()?)
            .spawn()?;
        Ok((master.into(), child))
    }

    /// The percentage of the bar, if there is one.
    fn percent(shown: &str) -> Option<u8> {
        let (before, _) = shown.rsplit_once("%  ")?;
        before.rsplit(' ').next()?.parse().ok()
    }
}
