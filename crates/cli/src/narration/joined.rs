//! The parts of a narration as one file, with tags, chapters and subtitles.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ima_host::AudioFormat;
use ima_host::types::TaskType;
use serde::Serialize;

use super::audio::{self, Clip, Container, Times};
use super::plan::Plan;
use super::{Narration, subtitles};
use crate::command_error::CommandError;
use crate::library::Library;
use crate::options::{Common, Delivery};
use crate::tags::Tags;
use crate::target::{Existing, Share, Target};
use crate::ui::out;
use crate::ui::text::{Text, command_error, say};
use crate::{names, report};

/// How long it is silent after a sentence, a paragraph and a chapter.
const PAUSES: [Duration; 3] = [
    Duration::from_millis(150),
    Duration::from_millis(450),
    Duration::from_millis(1_000),
];

/// Where the narration goes.
pub(super) struct Place {
    folder: PathBuf,
    /// Without its extension.
    stem: PathBuf,
    /// The name that was asked for.
    exact: Option<PathBuf>,
    force: bool,
    subtitles: Option<subtitles::Format>,
    _reserved: Target,
}

impl Place {
    pub(super) fn of(
        narration: &Narration,
        delivery: &Delivery,
        wanted: Option<Container>,
    ) -> Result<Self, CommandError> {
        let target = Target::reserve(
            delivery,
            Share::One(Some(TaskType::TextToSpeech), 1),
            Existing::Refused,
        )?;
        let folder = target.folder().to_path_buf();
        let title = narration.book.title.as_deref().unwrap_or_default();
        let first = narration
            .book
            .chapters
            .first()
            .and_then(|it| it.paragraphs.first());
        let words = names::of(title).or_else(|| names::of(&first?.text));
        let stem = match target.name() {
            Some(name) if wanted.is_some() => name.with_extension(""),
            Some(name) => name.to_path_buf(),
            None => {
                let words = words.unwrap_or_else(|| "narration".to_owned());
                match folder == Path::new(".") {
                    true => PathBuf::from(words),
                    false => folder.join(words),
                }
            }
        };
        let place = Self {
            exact: target
                .name()
                .filter(|_| wanted.is_some())
                .map(Path::to_path_buf),
            folder,
            stem,
            force: delivery.force,
            subtitles: narration.flags.subtitles,
            _reserved: target,
        };
        let beside = place
            .subtitles
            .map(|it| place.named(&format!(".{}", it.extension())));
        if let Some(taken) =
            beside.filter(|it| place.exact.is_some() && it.exists() && !place.force)
        {
            let taken = taken.display();
            return Err(command_error!(
                Target,
                "{taken} exists." => "Choose another --out, or replace it with --force.",
                "{taken} 已存在。" => "请用 --out 换一个名字，或用 --force 覆盖。"
            ));
        }
        Ok(place)
    }

    /// The stem with this behind it.
    fn named(&self, ending: &str) -> PathBuf {
        let mut name = self.stem.clone().into_os_string();
        name.push(ending);
        name.into()
    }
}

/// What was made.
#[derive(Serialize)]
pub(super) struct Joined {
    pub(super) file: PathBuf,
    subtitles: Option<PathBuf>,
    parts: usize,
    bought: usize,
    points: u32,
    seconds: u64,
    chapters: Vec<Heading>,
    #[serde(skip)]
    notes: Vec<Text>,
}

#[derive(Serialize)]
struct Heading {
    title: String,
    start_seconds: f64,
}

impl Joined {
    pub(super) fn tell(&self, common: &Common, events: bool) {
        if common.json || events {
            return report::print(self, common.json, events);
        }
        let language = common.language();
        let files = [Some(&self.file), self.subtitles.as_ref()];
        for file in files.into_iter().flatten() {
            let file = file.display();
            match common.quiet {
                true => out::line(&file.to_string()),
                false => out::line(say!("Saved: {file}", "已保存：{file}").get(language)),
            }
        }
        if common.quiet {
            return;
        }
        for note in &self.notes {
            out::error(note.get(language));
        }
        let (minutes, seconds) = (self.seconds / 60, self.seconds % 60);
        let (bought, points) = (self.bought, self.points);
        let words = say!(
            "{minutes} min {seconds} s; {bought} parts bought for {points} points",
            "{minutes} 分 {seconds} 秒；购买 {bought} 段，{points} 积分"
        );
        out::line(words.get(language));
    }
}

pub(super) fn join(
    common: &Common,
    narration: &Narration,
    plan: &Plan,
    place: &Place,
    wanted: Option<Container>,
    folder: &Path,
) -> Result<Joined, CommandError> {
    let library = Library::of(common);
    let known = library.parts();
    let mut clips = Vec::with_capacity(plan.parts.len());
    let mut jobs = Vec::new();
    for (index, planned) in plan.parts.iter().enumerate() {
        let record = known.get(&planned.key);
        let file = record.and_then(|it| it.files.first()).ok_or_else(lost)?;
        jobs.extend(record.map(|it| it.job.clone()));
        let next = plan.parts.get(index + 1);
        let pause = match next {
            None => Duration::ZERO,
            Some(next) if next.part.chapter != planned.part.chapter => PAUSES[2],
            Some(_) if planned.part.ends_paragraph => PAUSES[1],
            Some(_) => PAUSES[0],
        };
        clips.push(Clip {
            path: file.clone(),
            pause,
        });
    }
    let first = plan.parts.first().and_then(|it| known.get(&it.key));
    let mut tags = Tags {
        title: narration.book.title.clone(),
        model: first.map_or_else(String::new, |it| it.model_name.clone()),
        chapters: plan
            .chapters
            .iter()
            .map(|(title, _)| (title.clone(), Duration::ZERO, Duration::ZERO))
            .collect(),
        ..Tags::default()
    };
    let first_parts: Vec<usize> = plan.chapters.iter().map(|(_, part)| *part).collect();
    let metadata = tags.for_ffmpeg(&first_parts);
    let scratch = tempfile::tempdir_in(folder).map_err(|error| unwritable(&error))?;
    let mut file =
        tempfile::NamedTempFile::new_in(&place.folder).map_err(|error| unwritable(&error))?;
    let (container, times) = audio::join(&clips, wanted, &metadata, file.as_file(), scratch.path())
        .map_err(|error| unwritable(&error))?;
    timed(&mut tags, &first_parts, &times);
    let format = match container {
        Container::Wav => AudioFormat::Wav,
        Container::Mp3 => AudioFormat::Mp3,
        Container::M4a => AudioFormat::M4a,
    };
    if let Err(error) = tags.write(file.as_file_mut(), format) {
        tracing::warn!(%error, "the narration has no tags");
    }
    let mut notes = Vec::new();
    let exact = place.exact.clone().filter(|_| wanted == Some(container));
    if place.exact.is_some() && exact.is_none() {
        let extension = container.extension();
        notes.push(say!(
            "It is in the format {extension}: another one needs ffmpeg, which is not here.",
            "文件是 {extension} 格式：转换需要 ffmpeg，但没有找到。"
        ));
    }
    make_readable(file.path());
    let path = keep(file, exact, place, container.extension())?;
    let subtitles = match place.subtitles {
        Some(format) => {
            let parts: Vec<_> = plan.parts.iter().map(|it| it.part.clone()).collect();
            let beside = path.with_extension(format.extension());
            fs::write(&beside, subtitles::write(format, &parts, &times))
                .map_err(|error| unwritable(&error))?;
            Some(beside)
        }
        None => None,
    };
    super::produce::remember(&library, narration, plan, &path, jobs);
    let end = times
        .last()
        .map_or(Duration::ZERO, |(start, length)| *start + *length);
    Ok(Joined {
        chapters: tags
            .chapters
            .into_iter()
            .map(|(title, start, _)| Heading {
                title,
                start_seconds: start.as_secs_f64(),
            })
            .collect(),
        file: path,
        subtitles,
        parts: plan.parts.len(),
        bought: plan.bought,
        points: plan.points,
        seconds: end.as_secs(),
        notes,
    })
}

/// Sets the times of the chapters.
fn timed(tags: &mut Tags, first_parts: &[usize], times: &Times) {
    let at = |part: Option<&usize>| part.and_then(|it| times.get(*it)).map(|(start, _)| *start);
    let end = times
        .last()
        .map_or(Duration::ZERO, |(start, length)| *start + *length);
    for (index, (_, start, stop)) in tags.chapters.iter_mut().enumerate() {
        *start = at(first_parts.get(index)).unwrap_or_default();
        *stop = at(first_parts.get(index + 1)).unwrap_or(end);
    }
}

/// Moves the file to its name, or to the next free one if the name was not asked for.
fn keep(
    mut file: tempfile::NamedTempFile,
    exact: Option<PathBuf>,
    place: &Place,
    extension: &str,
) -> Result<PathBuf, CommandError> {
    if let Some(path) = exact {
        let kept = match place.force {
            true => file.persist(&path),
            false => file.persist_noclobber(&path),
        };
        return kept.map(|_| path).map_err(|error| unwritable(&error.error));
    }
    for number in 1.. {
        let path = match number {
            1 => place.named(&format!(".{extension}")),
            _ => place.named(&format!("-{number}.{extension}")),
        };
        match file.persist_noclobber(&path) {
            Ok(_) => return Ok(path),
            Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => {
                file = error.file;
            }
            Err(error) => return Err(unwritable(&error.error)),
        }
    }
    Err(lost())
}

/// A temporary file is its owner's alone; a song is a file like any other.
fn make_readable(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let _ = fs::set_permissions(path, fs::Permissions::from_mode(0o644));
    }
    #[cfg(not(unix))]
    let _ = path;
}

fn lost() -> CommandError {
    command_error!(
        Target,
        "The audio of a part is missing." => "Run the same command again.",
        "有一段音频不见了。" => "请再次运行同样的命令。"
    )
}

fn unwritable(error: &std::io::Error) -> CommandError {
    tracing::warn!(%error, "the parts were not joined");
    command_error!(
        Target,
        "The parts can't be joined. They are paid for and kept."
            => "Make room, or choose another --out, and run the same command again: it costs nothing.",
        "无法合并各段音频。各段已付费，已保留。"
            => "请腾出空间或用 --out 换个位置，再次运行同样的命令，不再扣积分。"
    )
}
